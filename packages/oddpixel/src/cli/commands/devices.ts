import { Command } from 'commander';
import { listDevices } from '@oddpixel/runtime-node';
import type { CommandContext } from '../outcome.ts';
import { printJson, printTable } from '../output.ts';

/** `oddpixel devices`: what this machine can compute on, found by opening each. */
export function devicesCommand(_context: CommandContext): Command {
  return new Command('devices')
    .description('list the devices that work on this machine, and why others do not')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: boolean }) => {
      const devices = await listDevices();
      if (options.json === true) printJson({ devices });
      else
        printTable(
          ['device', 'works', 'why not'],
          devices.map(({ name, available, reason }) => [name, available ? 'yes' : 'no', reason ?? '']),
        );
    });
}
