import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDuration, formatMemory, formatSize, humanDuration, parseDuration, parseMemory } from './units.ts'

test('sizes print as docker prints them', () => {
  assert.equal(formatSize(0), '0B')
  assert.equal(formatSize(999), '999B')
  assert.equal(formatSize(1000), '1kB')
  assert.equal(formatSize(1_234_567), '1.235MB')
  assert.equal(formatSize(2_074_456, 3), '2.07MB')
  assert.equal(formatSize(622_000_000, 3), '622MB')
  assert.equal(formatSize(999_999, 3), '1e+03kB')
  assert.equal(formatMemory(64 * 1024 * 1024), '64MiB')
  assert.equal(formatMemory(1.5 * 1024 ** 3), '1.5GiB')
})

test('memory sizes are binary, whatever their unit is called', () => {
  assert.equal(parseMemory('512'), 512)
  assert.equal(parseMemory('6m'), 6 * 1024 * 1024)
  assert.equal(parseMemory('1.5GiB'), 1.5 * 1024 ** 3)
  assert.equal(parseMemory('10kb'), 10_240)
  for (const bad of ['', 'x', '-1', '1z', '1e9', '9e99g', '99999999999999999999']) {
    assert.throws(() => parseMemory(bad), { message: `invalid size: '${bad}'` })
  }
})

test('durations are those of Go', () => {
  assert.equal(parseDuration('1m30s'), 90e9)
  assert.equal(parseDuration('1.5h'), 5400e9)
  assert.equal(parseDuration('-3ms'), -3e6)
  assert.equal(parseDuration('0'), 0)
  for (const bad of ['', '5', 's', '1x', '1m 3s']) assert.equal(parseDuration(bad), undefined)
})

test('spans read as docker ps reads them', () => {
  const spans: [number, string][] = [
    [0.5, 'Less than a second'],
    [1, '1 second'],
    [59, '59 seconds'],
    [60, 'About a minute'],
    [300, '5 minutes'],
    [3600, 'About an hour'],
    [86_400, '24 hours'],
    [86_400 * 3, '3 days'],
    [86_400 * 15, '2 weeks'],
    [86_400 * 90, '3 months'],
    [86_400 * 800, '2 years'],
  ]
  for (const [seconds, text] of spans) assert.equal(humanDuration(seconds * 1000), text)
})

test('a duration reads as Go prints it', () => {
  const texts = {
    0: '0s',
    1: '1ns',
    1500: '1.5µs',
    3e8: '300ms',
    1e9: '1s',
    1.5e9: '1.5s',
    9e10: '1m30s',
    3605e9: '1h0m5s',
  }
  for (const [nanos, text] of Object.entries(texts)) assert.equal(formatDuration(Number(nanos)), text)
  assert.equal(formatDuration(-9e10), '-1m30s')
})
