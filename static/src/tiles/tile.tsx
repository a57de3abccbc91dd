import type { ComponentChildren } from 'preact';
import { t } from '../i18n';
import { Avatar, hueOf } from './avatar';
import type { Rect } from './grid';
import { MicrophoneIcon, MicrophoneOffIcon } from './icons';
import { TrackVideo } from './media';
import type { Tile } from './tiles';

interface Props {
  tile: Tile;
  place: Rect;
  isBig: boolean;
  isFloating: boolean;
  onFirstRemoteFrame: () => void;
  /** What else is drawn on it. */
  children?: ComponentChildren;
}

export function TileView(props: Props) {
  const { tile, place, isBig, isFloating, onFirstRemoteFrame, children } = props;
  const { person, source, track } = tile;
  const isScreen = source === 'screen';
  const side = person.isLocal ? 'local' : 'remote';
  const marks = [
    isBig && 'OV_big',
    isFloating && 'OV_floating',
    isScreen && 'OV_screen',
    person.isLocal && 'local_participant local-participant-container',
    !isScreen && person.isSpeaking && 'speaking',
  ];
  return (
    <li
      className={['tile OV_publisher', ...marks].filter(Boolean).join(' ')}
      style={{
        '--hue': hueOf(person.name),
        width: `${place.width}px`,
        height: `${place.height}px`,
        transform: `translate(${place.x}px, ${place.y}px)`,
      }}
    >
      <div className={`OV_stream ${side} ${source}-source`}>
        {track ? (
          <div className={`OV_stream_video ${side}`}>
            <TrackVideo
              track={track}
              className="OV_video-element"
              mirrored={person.isLocal && !isScreen}
              {...(!person.isLocal && { onFirstFrame: onFirstRemoteFrame })}
            />
          </div>
        ) : (
          <Avatar name={person.name} />
        )}
        <NameTag tile={tile} />
        {children}
      </div>
    </li>
  );
}

function NameTag({ tile: { person, source } }: { tile: Tile }) {
  const isScreen = source === 'screen';
  const suffix = isScreen ? (person.isLocal ? 'tile.yourScreen' : 'tile.screen') : null;
  const Icon = person.hasMicrophone ? MicrophoneIcon : MicrophoneOffIcon;
  return (
    <div id="participant-name-container" className="participant-name-container">
      {!isScreen && (
        <Icon
          size={16}
          className={person.hasMicrophone ? '' : 'is-off'}
          role="img"
          aria-label={t(person.hasMicrophone ? 'person.microphoneOn' : 'person.microphoneOff')}
        />
      )}
      <span id="participant-name" className="participant-name-text">
        {person.name}
        {suffix && ` ${t(suffix)}`}
      </span>
      {person.isLocal && !isScreen && <span className="name-you">{t('person.you')}</span>}
    </div>
  );
}
