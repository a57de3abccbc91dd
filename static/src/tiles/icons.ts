export { default as MicrophoneIcon } from '@tabler/icons-preact/dist/esm/icons/IconMicrophone.mjs';
export { default as MicrophoneOffIcon } from '@tabler/icons-preact/dist/esm/icons/IconMicrophoneOff.mjs';
export { default as PersonIcon } from '@tabler/icons-preact/dist/esm/icons/IconUser.mjs';
