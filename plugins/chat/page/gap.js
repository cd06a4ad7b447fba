// Something of a room is missing. What comes live waits here until the room was joined again with
// the position from before the gap; then both are shown, in order.

const kSpreadMs = 1000;  // many miss the same: they do not ask at once

export class Gap {
  // ask(): joins again; false when that can't be now and a "joined" will come anyhow.
  constructor(ask) {
    this.ask = ask;
    this.held = [];
    this.wait();
  }

  // Asks after so long.
  wait(ms = Math.random() * kSpreadMs) {
    clearTimeout(this.timer);
    this.isAsking = false;
    this.isWider = false;
    this.timer = setTimeout(() => { this.isAsking = this.ask(); }, ms);
  }

  // More was lost: the answer that is on its way may not have it.
  widen() {
    this.isWider = this.isAsking;
  }

  // "joined" came. True: nothing is missing any more. Else it asks again.
  close() {
    const isWhole = this.isAsking && !this.isWider;
    if (!isWhole) this.wait();
    return isWhole;
  }

  end() {
    clearTimeout(this.timer);
  }
}
