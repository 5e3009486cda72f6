import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ModelFormatError } from '@oddpixel/contract';
import { GraphBuilder, relu } from '../builder/index.ts';
import { writeGraph } from './graph-codec.ts';
import { readMetadata, writeMetadata } from './metadata.ts';
import { create, fromBinary, ModelProtoSchema, StringStringEntryProtoSchema, toBinary } from './protobuf.ts';

const g = new GraphBuilder({ opset: 17 });
g.output('y', relu(g.input('image', 'float32', ['N', 3, 4, 6])));
const model = writeGraph(g.build());

const texts = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme', maxLength: 300 }));

describe('metadata', () => {
  test('is read as it was written, with the bytes that the protobuf library writes', () => {
    fc.assert(
      fc.property(texts, (entries) => {
        const metadata = new Map(Object.entries(entries));
        const written = writeMetadata(model, metadata);
        expect(readMetadata(written)).toEqual(metadata);
        const proto = fromBinary(ModelProtoSchema, model);
        proto.metadataProps = [...metadata]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
        expect(Buffer.from(written).equals(toBinary(ModelProtoSchema, proto))).toBe(true);
        expect(Buffer.from(writeMetadata(written, new Map())).equals(model)).toBe(true);
      }),
    );
  });

  test('of a file truncated in its graph throws ModelFormatError', () => {
    const afterGraph = model.length - Buffer.from(writeGraph({ ...g.build(), nodes: [] })).length;
    for (let length = 0; length < afterGraph; length++)
      expect(() => readMetadata(model.subarray(0, length))).toThrow(ModelFormatError);
  });
});
