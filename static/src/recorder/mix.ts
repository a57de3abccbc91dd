import { type RemoteTrack, type Room, RoomEvent, Track } from 'livekit-client';

const RATE = 48_000;
/** Seconds that pictures wait for their sound, which needs so much longer from the network to our film. */
const DELAY_OF_PICTURES = 0.06;

/**
 * All voices of a meeting as one track, those who come later included, and pictures in step with it. The tab's own
 * sound, which getDisplayMedia has to offer, wanders by a tenth of a second against its pictures; this keeps its
 * distance. Chromium gives Web Audio what an element plays (RemoteSound), and nothing of a track that none does.
 */
export class Mix {
  readonly #context = new AudioContext({ sampleRate: RATE });
  readonly #output = this.#context.createMediaStreamDestination();
  readonly #voices = new Map<RemoteTrack, AudioNode>();

  constructor(room: Room) {
    // Where nobody speaks there is silence: without any sound Chromium would write no film.
    const silence = new ConstantSourceNode(this.#context, { offset: 0 });
    silence.connect(this.#output);
    silence.start();
    for (const { trackPublications } of room.remoteParticipants.values()) {
      for (const { track } of trackPublications.values()) if (track) this.#add(track);
    }
    room.on(RoomEvent.TrackSubscribed, this.#add).on(RoomEvent.TrackUnsubscribed, this.#remove);
  }

  get track(): MediaStreamTrack {
    const [track] = this.#output.stream.getAudioTracks();
    if (!track) throw new Error('Web Audio made no track');
    return track;
  }

  readonly #add = (track: RemoteTrack): void => {
    if (track.kind === Track.Kind.Video) track.setPlayoutDelay(DELAY_OF_PICTURES);
    else if (!this.#voices.has(track)) this.#hear(track);
  };

  #hear(track: RemoteTrack): void {
    const stream = new MediaStream([track.mediaStreamTrack]);
    const voice = this.#context.createMediaStreamSource(stream);
    voice.connect(this.#output);
    this.#voices.set(track, voice);
  }

  readonly #remove = (track: RemoteTrack): void => {
    this.#voices.get(track)?.disconnect();
    this.#voices.delete(track);
  };
}
