import { describe, expect, it, vi } from 'vitest';
import { Capture, type CaptureKind, type Makers } from '../../src/meeting/media/capture';
import { Choices } from '../../src/meeting/media/choices';
import { captureProblem } from '../../src/meeting/media/devices';
import { named, storage } from './cast';

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('Capture', () => {
  it('asks once for each kind that is switched on', async () => {
    const { capture, makers } = preview();
    capture.start();
    capture.start();
    await settled();
    capture.start();
    expect(makers.camera).toHaveBeenCalledTimes(1);
    expect(makers.microphone).toHaveBeenCalledTimes(1);
    expect(capture.state.camera.track).not.toBeNull();
  });

  it('never asks for what the room does not allow', async () => {
    const { capture, makers } = preview({ allowed: { camera: false, microphone: true } });
    capture.start();
    capture.toggle('camera');
    await settled();
    expect(makers.camera).not.toHaveBeenCalled();
  });

  it('remembers what was switched off, and stops it', async () => {
    const { capture, choices, tracks } = preview();
    capture.start();
    await settled();
    capture.toggle('camera');
    expect(tracks.camera.stop).toHaveBeenCalled();
    expect(choices.get('cameraOn')).toBe(false);
    expect(preview({ choices }).capture.state.camera.on).toBe(false);
  });

  it('says why a kind is missing, and asks again on demand', async () => {
    const { capture, makers } = preview();
    vi.mocked(makers.camera).mockRejectedValueOnce(named('NotAllowedError'));
    capture.start();
    await settled();
    expect(capture.state.camera).toMatchObject({ on: false, problem: 'denied' });
    expect(capture.state.microphone.problem).toBeNull();
    capture.toggle('camera');
    await settled();
    expect(capture.state.camera).toMatchObject({ on: true, problem: null });
  });

  it('switches the running track to another device, and remembers it', async () => {
    const { capture, choices, tracks, makers } = preview();
    capture.start();
    await settled();
    await capture.choose('microphone', 'usb');
    expect(tracks.microphone.setDeviceId).toHaveBeenCalledWith({ exact: 'usb' });
    expect(choices.get('microphone')).toBe('usb');
    expect(makers.microphone).toHaveBeenCalledTimes(1);
  });

  it('hands its tracks over as soon as each prompt is answered', async () => {
    const { capture, tracks } = preview();
    capture.start();
    await expect(Promise.all(capture.tracks())).resolves.toEqual([
      tracks.camera,
      tracks.microphone,
    ]);
    capture.release();
    capture.stop();
    expect(tracks.camera.stop).not.toHaveBeenCalled();
  });

  it('does not switch on a camera that is granted after one has left', async () => {
    const { capture, tracks } = preview();
    capture.start();
    capture.stop();
    await settled();
    expect(tracks.camera.stop).toHaveBeenCalled();
    expect(capture.state.camera.track).toBeNull();
  });

  it('fetches fresh tracks after a failed attempt to join has stopped them', async () => {
    const { capture, tracks, makers } = preview();
    capture.start();
    await settled();
    tracks.camera.mediaStreamTrack.readyState = 'ended';
    capture.restore();
    expect(makers.camera).toHaveBeenCalledTimes(2);
    expect(makers.microphone).toHaveBeenCalledTimes(1);
  });
});

describe('captureProblem', () => {
  it.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'missing'],
    ['NotReadableError', 'in-use'],
    ['TypeError', 'failed'],
  ])('%s is %s', (name, problem) => {
    expect(captureProblem(named(name))).toBe(problem);
  });
});

interface Options {
  allowed?: Record<CaptureKind, boolean>;
  choices?: Choices;
}

function preview({
  allowed = { camera: true, microphone: true },
  choices = new Choices(storage()),
}: Options = {}) {
  const track = () => ({
    stop: vi.fn(),
    setDeviceId: vi.fn(async () => true),
    mediaStreamTrack: { readyState: 'live' },
  });
  const tracks = { camera: track(), microphone: track() };
  const makers = {
    camera: vi.fn(async () => tracks.camera),
    microphone: vi.fn(async () => tracks.microphone),
  } as unknown as Makers;
  const devices = { refresh: async () => undefined };
  return { capture: new Capture({ choices, devices, allowed, makers }), choices, tracks, makers };
}
