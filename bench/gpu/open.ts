import { BackendUnavailableError, type Backend } from '@oddpixel/contract';
import { webgpu } from '@oddpixel/runtime-node';

/** The GPU, or the reason why there is none. */
export async function openGpu(): Promise<Backend | { readonly skipped: string }> {
  try {
    return await webgpu().open();
  } catch (error) {
    if (!(error instanceof BackendUnavailableError)) throw error;
    return { skipped: error.message };
  }
}
