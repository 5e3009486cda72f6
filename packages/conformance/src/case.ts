/** What a conformance case is: a named async function that throws if a backend breaks the contract. */
import type { Backend, BackendCapabilities, BackendFactory, DType } from '@oddpixel/contract';

/** A capability that a case needs. The case is skipped for a backend that declares it false. */
export type Need = 'keepOnDevice' | 'deterministic' | { readonly dtype: DType };

export interface CaseContext {
  /** Opened for this case alone, disposed after it. */
  readonly backend: Backend;
  /** Opens another backend of the same kind; disposed after the case as well. */
  openAnother(): Promise<Backend>;
}

export interface ConformanceCase {
  /** `area: what must hold`. */
  readonly name: string;
  readonly needs?: Need;
  run(context: CaseContext): Promise<void>;
}

/** Why a case need not run on a backend with these capabilities; `undefined` if it must. */
function reasonToSkip({ needs }: ConformanceCase, capabilities: BackendCapabilities): string | undefined {
  if (needs === undefined) return undefined;
  if (typeof needs === 'object') {
    return capabilities.dtypes.includes(needs.dtype) ? undefined : `${needs.dtype} is not among its dtypes`;
  }
  return capabilities[needs] ? undefined : `capability ${needs} is declared false`;
}

/** Opens a backend for one case and disposes whatever the case opened. */
export async function runCase(
  testCase: ConformanceCase,
  factory: BackendFactory,
): Promise<'passed' | { skipped: string }> {
  const opened: Backend[] = [];
  const open = async (): Promise<Backend> => {
    const backend = await factory.open();
    opened.push(backend);
    return backend;
  };
  try {
    const backend = await open();
    const skipped = reasonToSkip(testCase, backend.capabilities);
    if (skipped !== undefined) return { skipped };
    await testCase.run({ backend, openAnother: open });
    return 'passed';
  } finally {
    for (const backend of opened) await backend.dispose();
  }
}
