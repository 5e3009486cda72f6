/** The contract, so that whoever has the model needs no other package for its types. */
export * from '@oddpixel/contract';
