import { describe, expect, it } from 'vitest';
import { clockTime, ServerClock } from '../../src/meeting/recording/server-clock';

describe('the server`s clock', () => {
  it('follows what the server says, whatever the device believes', () => {
    let passed = 500;
    const clock = new ServerClock(() => passed);
    clock.learn(1_000_000);
    passed += 2_500;
    expect(clock.now()).toBe(1_002_500);
  });

  it('is not set back by a message that took long', () => {
    let passed = 0;
    const clock = new ServerClock(() => passed);
    clock.learn(1_000_000);
    passed = 4_000;
    clock.learn(1_001_000);
    expect(clock.now()).toBe(1_004_000);
  });

  it('catches up after the device slept', () => {
    let passed = 0;
    const clock = new ServerClock(() => passed);
    clock.learn(1_000_000);
    passed = 1_000;
    clock.learn(1_600_000);
    expect(clock.now()).toBe(1_600_000);
  });

  it('is the device`s own until the server was heard', () => {
    expect(Math.abs(new ServerClock().now() - Date.now())).toBeLessThan(1_000);
  });
});

describe('a time', () => {
  it.each([
    [-3, '0:00:00'],
    [0.9, '0:00:00'],
    [59.99, '0:00:59'],
    [760, '0:12:40'],
    [36_061, '10:01:01'],
  ])('of %d s reads %s', (seconds, text) => expect(clockTime(seconds)).toBe(text));
});
