#!/usr/bin/env node
import { runCommandLine } from './program.ts';
import { guardStreams } from './streams.ts';

guardStreams(process);
process.exitCode = await runCommandLine(process.argv.slice(2));
