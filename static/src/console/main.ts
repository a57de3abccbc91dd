import '../css/console.css';
import '@tabler/core/dist/js/tabler.esm.min.js';
import htmx from 'htmx.org';

// Both would need what the Content-Security-Policy refuses: eval, and a style element without nonce.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
