/** A sound for someone new who waits. Off until the member of staff switches it on, here and in each browser. */

const KEPT = "reeve-staff-sound";
const TONES_HZ = [660, 880];
const TONE_SECONDS = 0.18;

export class Sound {
  readonly #button = document.getElementById("sound");
  #context: AudioContext | undefined;
  #on = false;

  constructor() {
    this.#on = read();
    const choice = document.getElementById("sound-choice");
    if (choice !== null) choice.hidden = false;
    this.#show();
    this.#button?.addEventListener("click", () => {
      this.#on = !this.#on;
      keep(this.#on);
      this.#show();
      if (this.#on) this.play();
    });
    // Browsers let a page sound only after it was used.
    document.addEventListener("pointerdown", () => { if (this.#on) void this.#audio()?.resume(); }, { passive: true });
  }

  play(): void {
    const context = this.#on ? this.#audio() : undefined;
    if (context === undefined) return;
    void context.resume();
    TONES_HZ.forEach((frequency, place) => {
      const start = context.currentTime + place * TONE_SECONDS;
      const tone = context.createOscillator();
      const loudness = context.createGain();
      tone.frequency.value = frequency;
      loudness.gain.setValueAtTime(0.0001, start);
      loudness.gain.exponentialRampToValueAtTime(0.2, start + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, start + TONE_SECONDS);
      tone.connect(loudness).connect(context.destination);
      tone.start(start);
      tone.stop(start + TONE_SECONDS);
    });
  }

  #audio(): AudioContext | undefined {
    if (this.#context === undefined && "AudioContext" in window) this.#context = new AudioContext();
    return this.#context;
  }

  #show(): void {
    this.#button?.setAttribute("aria-pressed", String(this.#on));
  }
}

function read(): boolean {
  try {
    return localStorage.getItem(KEPT) === "on";
  } catch {
    return false;
  }
}

function keep(on: boolean): void {
  try {
    localStorage.setItem(KEPT, on ? "on" : "off");
  } catch {
    // Then it is on for this page.
  }
}
