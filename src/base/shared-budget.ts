/** A call that may start now, or `wait`, the milliseconds after which to ask again. */
export type Turn =
  | { readonly wait: number }
  | {
      readonly wait?: undefined;
      /** Call this once the call has ended. `counts`: whether the service may have counted it. Never throws. */
      end(counts: boolean): void;
    };

/** Limits the calls per minute of one account across all processes that use it, such as `redisBudget` of `minimax-video/redis`. */
export interface SharedBudget {
  /**
   * Starts a call if there is room: fewer than `perMinute` calls of this name in any minute. A call counts from its turn until a
   * minute after its end. Rejects if that cannot be decided; then the call is not made. Nor is it made if no answer comes within the
   * client's `timeout`; a turn that comes later is ended at once.
   */
  take(name: string, perMinute: number): Promise<Turn>;
}
