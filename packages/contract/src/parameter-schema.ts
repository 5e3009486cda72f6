/** What a schema says of parameters, and the types of values that follow from it. */

export interface Described {
  /** What it does: a phrase in lower case, without a full stop. */
  readonly about: string;
  /** What one of it is, in the singular, for example `epoch`. */
  readonly unit?: string;
  /** Name of the parameter in HALCON, if it has one there. */
  readonly halcon?: string;
}

export interface NumberRange {
  readonly type: 'integer' | 'number';
  /** Lowest value that is allowed: `min` itself, or anything above `above`. */
  readonly min?: number;
  readonly above?: number;
  /** Highest value that is allowed: `max` itself, or anything below `below`. */
  readonly max?: number;
  readonly below?: number;
  /** Only multiples of it are allowed. */
  readonly multipleOf?: number;
}

export interface NumberParameter extends Described, NumberRange {
  readonly default: number;
}

export interface Choice {
  readonly type: 'choice';
  readonly choices: readonly string[];
}

export interface ChoiceParameter extends Described, Choice {
  readonly default: string;
}

export interface Switch {
  readonly type: 'switch';
}

export interface SwitchParameter extends Described, Switch {
  readonly default: boolean;
}

export interface NumbersRange extends Omit<NumberRange, 'type' | 'multipleOf'> {
  readonly type: 'numbers';
  /** How many there are: a fixed number, or one for each channel of the image. */
  readonly count: number | 'perChannel';
  /** Each is above the one before it. */
  readonly ascending?: true;
}

/** Numbers in a row. May be absent, so it has no default. */
export interface NumbersParameter extends Described, NumbersRange {}

/** A number that may be absent: there is no default, or it depends on the device or the images. */
export interface OptionalNumberParameter extends Described, NumberRange {}

export type OptionalParameter = OptionalNumberParameter | NumbersParameter;

/** The values that a parameter may have. */
export type ParameterRange = NumberRange | Choice | Switch | NumbersRange;

export type Parameter = NumberParameter | ChoiceParameter | SwitchParameter;

/** Parameters by name. Written `{ … } as const`, so that the types of the values follow. */
export type ParameterSchema = Readonly<Record<string, Parameter>>;

/** The values that a schema describes. */
export type ParameterValues<S extends ParameterSchema> = {
  readonly [Name in keyof S]: S[Name] extends { readonly choices: readonly (infer Value)[] }
    ? Value
    : S[Name] extends Switch
      ? boolean
      : number;
};

/** Some of the values; those that are absent or undefined take their defaults. */
export type ParameterOptions<S extends ParameterSchema> = {
  readonly [Name in keyof S]?: ParameterValues<S>[Name] | undefined;
};
