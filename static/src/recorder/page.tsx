import { useStore } from '../store';
import { TileLayout } from '../tiles/layout';
import { RemoteSound } from '../tiles/media';
import { pictureOf } from './layouts';
import type { Recording } from './recording';

export function RecorderPage({ recording }: { recording: Recording }) {
  const { people, layout, speaker, trouble } = useStore(recording);
  // The class is part of LiveKit Egress' protocol.
  if (trouble !== null) return <div className="error">{trouble}</div>;
  return (
    <>
      <TileLayout
        {...pictureOf(layout, people, speaker)}
        onFirstRemoteFrame={recording.pictureCame}
      />
      <RemoteSound people={people} />
    </>
  );
}
