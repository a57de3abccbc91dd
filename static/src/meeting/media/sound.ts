let shared: AudioContext | null = null;

/** One context for meter, test tone and signals; resumed on use, because it starts suspended. */
export function audioContext(): AudioContext | null {
  if (typeof AudioContext === 'undefined') return null;
  shared ??= new AudioContext();
  if (shared.state === 'suspended') void shared.resume().catch(() => undefined);
  return shared;
}

type Signal = 'joined' | 'left' | 'recordingStarted' | 'recordingStopped' | 'test';

const NOTES: Record<Signal, number[]> = {
  joined: [523, 659],
  left: [523, 392],
  recordingStarted: [659, 659, 784],
  recordingStopped: [784, 659, 659],
  test: [440, 554, 659],
};
const LOUDNESS: Record<Signal, number> = {
  joined: 0.06,
  left: 0.04,
  recordingStarted: 0.08,
  recordingStopped: 0.08,
  test: 0.15,
};
const NOTE_SECONDS = 0.14;

/** A few soft notes, made on the spot: no file to fetch. */
export function playSignal(signal: Signal): void {
  const context = audioContext();
  if (!context) return;
  NOTES[signal].forEach((frequency, index) => {
    const start = context.currentTime + index * NOTE_SECONDS;
    const end = start + NOTE_SECONDS * 2;
    const tone = new OscillatorNode(context, { frequency, type: 'sine' });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(LOUDNESS[signal], start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, end);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(end);
  });
}

/** Signals and test tone follow the chosen loudspeaker, where the browser can do that. */
export async function playThrough(deviceId: string): Promise<void> {
  const context = audioContext() as
    | (AudioContext & { setSinkId?(id: string): Promise<void> })
    | null;
  await context?.setSinkId?.(deviceId === 'default' ? '' : deviceId).catch(() => undefined);
}

/** Reports the loudness of a microphone, 0 to 1, about 30 times a second. Returns how to stop. */
export function watchLevel(track: MediaStreamTrack, report: (level: number) => void): () => void {
  const context = audioContext();
  if (!context) return () => undefined;
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = new AnalyserNode(context, { fftSize: 512, smoothingTimeConstant: 0.6 });
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    // Speech sits around -30 dB; a linear scale would leave the bar almost still.
    const decibel = 10 * Math.log10(power + 1e-10);
    report(Math.min(1, Math.max(0, (decibel + 60) / 50)));
  }, 33);
  return () => {
    clearInterval(timer);
    source.disconnect();
  };
}
