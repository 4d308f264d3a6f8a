import { setTimeout as delay } from 'node:timers/promises';

/** What one vault takes of this node. */
interface Account {
  /** Requests that may go at once now; fractions of one grow with time. */
  credit: number;
  /** When the credit was counted last. */
  counted: number;
  /** Requests a second that it grows by. */
  rate: number;
  /** The vault wants no request before. */
  closedUntil: number;
  /** How often in a row it said so without saying for how long. */
  unsaid: number;
}

/** First pause when a vault throttles without saying for how long; doubled each time (Key Vault throttling guidance). */
const FIRST_PAUSE_MS = 1000;
const LONGEST_UNSAID_MS = 32_000;
/** A vault that throttles gets half as many requests from then on; never fewer a second than this. */
const LEAST_RATE = 1;
/** How the rate comes back: a tenth of the full one for each second without a refusal. */
const RECOVERY_PER_SECOND = 0.1;
/** A mount waits no longer than its deadline, two minutes at most. */
const RECOVERY_MS = 120_000;
/** Names of vaults come from pods: beyond so many, those at rest are let go. */
const MAX_ACCOUNTS = 1000;

/**
 * All of a node share what they ask of a vault: so many requests a second, a burst of twice that; none for as long as
 * the vault throttles, and after it ever more of them rather than all that waited at once.
 */
export class VaultBudget {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #accounts = new Map<string, Account>();

  /** @param now milliseconds of a clock that only goes forward */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** Milliseconds for which the vault wants no request; 0 when it takes them. */
  closedFor(host: string): number {
    return Math.max(0, (this.#accounts.get(host)?.closedUntil ?? 0) - this.#now());
  }

  /** Has the vault throttled a while ago, so that some still wait to ask again? */
  isRecovering(host: string): boolean {
    const closedUntil = this.#accounts.get(host)?.closedUntil ?? 0;
    return closedUntil > 0 && this.#now() < closedUntil + RECOVERY_MS;
  }

  /** Waits for the turn of one request. @throws the signal's reason */
  async turn(host: string, signal: AbortSignal): Promise<void> {
    const account = this.#accountOf(host);
    this.#count(account);
    account.credit -= 1;
    if (account.credit >= 0) return;
    const milliseconds = (-account.credit / account.rate) * 1000;
    try {
      await delay(milliseconds, undefined, { signal });
    } catch {
      account.credit += 1;
      throw signal.reason;
    }
  }

  /** @param retryAfter milliseconds that it asked for, if it did */
  throttled(host: string, retryAfter: number | undefined): void {
    const account = this.#accountOf(host);
    this.#count(account);
    const pause = retryAfter ?? Math.min(FIRST_PAUSE_MS * 2 ** account.unsaid, LONGEST_UNSAID_MS);
    // Those that were under way together tell one thing, not many.
    if (account.closedUntil <= this.#now()) {
      account.rate = Math.max(LEAST_RATE, account.rate / 2);
      account.unsaid += 1;
    }
    account.credit = Math.min(account.credit, 1);
    account.closedUntil = Math.max(account.closedUntil, this.#now() + pause);
  }

  served(host: string): void {
    const account = this.#accounts.get(host);
    if (account !== undefined) account.unsaid = 0;
  }

  #accountOf(host: string): Account {
    const known = this.#accounts.get(host);
    if (known !== undefined) return known;
    if (this.#accounts.size >= MAX_ACCOUNTS) this.#letGoOfResting();
    const account: Account = {
      credit: this.#perSecond * 2,
      counted: this.#now(),
      rate: this.#perSecond,
      closedUntil: 0,
      unsaid: 0,
    };
    this.#accounts.set(host, account);
    return account;
  }

  #count(account: Account): void {
    const seconds = (this.#now() - account.counted) / 1000;
    account.counted = this.#now();
    account.rate = Math.min(account.rate + seconds * RECOVERY_PER_SECOND * this.#perSecond, this.#perSecond);
    account.credit = Math.min(account.credit + seconds * account.rate, account.rate * 2);
  }

  #letGoOfResting(): void {
    for (const [host, account] of this.#accounts) {
      this.#count(account);
      if (account.closedUntil <= this.#now() && account.credit >= account.rate * 2)
        this.#accounts.delete(host);
    }
  }
}
