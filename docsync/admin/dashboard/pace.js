// Keeps work from being done too often. Never drops the last call.

/** `work`, at most once in `ms`; a call meanwhile, also while it is under way, makes it run once more afterwards. */
export function paced(work, ms) {
  let again = false;
  let busy = false;

  async function run() {
    busy = true;
    try {
      do {
        again = false;
        await work();
        await pause(ms);
      } while (again);
    } finally {
      busy = false;
    }
  }

  return () => {
    if (busy) again = true;
    else run();
  };
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
