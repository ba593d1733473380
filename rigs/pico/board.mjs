// A Raspberry Pi Pico with its UART, pins, display chips and flash: node board.mjs FOLDER FIRMWARE.uf2 BOOTROM.json [FILES.img]
//   FOLDER/uart.sock      the wire: bytes both ways
//   FOLDER/control.sock   JSON lines: {"do": "pin", "pin": 2, "level": 0} → {"ok": true, …}; see `deeds`
//   FOLDER/flash.img      the flash, written at each end and read at the start when it is there
//
// The chip's time never runs ahead of ours (an idle chip is put to sleep); where much is to be done it falls behind.
import fs from 'node:fs';
import net from 'node:net';
import { GPIOPinState, RP2040, USBCDC } from 'rp2040js';

const [folder, firmware, bootrom, files] = process.argv.slice(2);
const FLASH = 0x10000000, FILES_AT = 655360, FLASH_SIZE = 2 * 1024 * 1024;
const CYCLE_NS = 8, SLICE = 4000, BYTE_NS = 86806; // 115200 baud, ten bits a byte
const UNIQUE_ID = [0xe6, 0x61, 0x4c, 0x31, 0x1b, 0x7e, 0x9a, 0x2f];
const ROWS = [10, 11, 12, 13], COLUMNS = [14, 15, 20, 21, 22, 26];
const CHIP_SELECTS = { counter: 17, panel: 27 };
const words = JSON.parse(fs.readFileSync(bootrom, 'utf8'));

let flash = new Uint8Array(FLASH_SIZE).fill(0xff); // outlives every reset
const writes = { erased: 0, programmed: 0 };
let cutAfter = null; // power fails after so many more flash writes
let chip = null, started = 0, wire = null, resets = 0;
const toChip = [];
const levels = new Map(); // pins driven from outside
const keys = new Set(); // "pad:key" held down

function loadUf2(data) {
  for (let at = 0; at < data.length; at += 512) {
    if (data.readUInt32LE(at) !== 0x0a324655) throw new Error('not a UF2 file');
    const size = data.readUInt32LE(at + 16);
    flash.set(data.subarray(at + 32, at + 32 + size), data.readUInt32LE(at + 12) - FLASH);
  }
}

// The ROM's own routines for writing talk to a flash chip that the emulator has not got: they are entered, and done here.
function romEntries() {
  const halves = new Uint16Array(new Uint32Array(words).buffer), found = {};
  for (let at = halves[0x14 / 2] / 2; halves[at]; at += 2) {
    found[String.fromCharCode(halves[at] & 255, halves[at] >> 8)] = halves[at + 1] & ~1;
  }
  return found;
}
const ENTRIES = romEntries();
const STANDINS = {
  IF() {}, EX() {}, FC() {}, CX() {},
  RE(mcu, r) {
    mcu.flash.fill(0xff, r[0], r[0] + r[1]);
    writes.erased += r[1];
    afterWrite();
  },
  RP(mcu, r) {
    for (let n = 0; n < r[2]; n++) mcu.flash[r[0] + n] &= mcu.readUint8(r[1] + n); // NOR: ones become noughts, never back
    writes.programmed += r[2];
    afterWrite();
  },
};

function afterWrite() {
  if (cutAfter !== null && --cutAfter <= 0) {
    cutAfter = null;
    chip.cut = true;
  }
}

class Max7219s {
  // What the chips of one chain were sent: each latched transaction, and the registers they end up with.
  constructor() { this.bytes = []; this.transactions = 0; this.last = []; }
  latch() {
    if (!this.bytes.length) return;
    this.transactions++;
    this.last.push(Buffer.from(this.bytes).toString('hex'));
    if (this.last.length > 64) this.last.shift();
    this.bytes = [];
  }
}

function powerOn(reason, scratch) {
  const mcu = new RP2040(), clock = mcu.clock;
  const patched = Uint32Array.from(words), halves = new Uint16Array(patched.buffer);
  const names = Object.keys(STANDINS).filter((name) => ENTRIES[name] !== undefined);
  names.forEach((name, n) => (halves[ENTRIES[name] / 2] = 0xbe00 | (0x80 + n)));
  mcu.loadBootrom(patched);
  mcu.flash.set(flash);
  mcu.logger = { debug() {}, info() {}, warn() {}, error(...said) { console.error(...said); } };
  const self = { mcu, clock, cut: false, dead: false, chains: {}, nextByte: 0, busy: 0 };
  mcu.onBreak = (code) => {
    const core = mcu.core;
    if (code < 0x80 || code >= 0x80 + names.length) {
      console.error(`the chip stopped at ${core.PC.toString(16)} (bkpt ${code})`);
      self.dead = true;
      return;
    }
    STANDINS[names[code - 0x80]](mcu, core.registers);
    core.PC = core.LR & ~1;
  };
  // The flash answers one command of its own: who are you (0x4b, four bytes of nothing, eight of identity).
  const ssi = mcu.findPeripheral(0x18000000), plainWrite = ssi.writeUint32.bind(ssi), plainRead = ssi.readUint32.bind(ssi);
  const answers = [];
  let step = -1;
  ssi.writeUint32 = (offset, value) => {
    if (offset !== 0x60 || (step < 0 && value !== 0x4b)) return plainWrite(offset, value);
    step++;
    answers.push(step >= 5 ? UNIQUE_ID[step - 5] : 0);
    if (step === 12) step = -1;
  };
  ssi.readUint32 = (offset) => (offset === 0x60 && answers.length ? answers.shift() : plainRead(offset));
  // PL011: the transmit interrupt follows a byte sent, not an acknowledgement; the emulator raises it at both.
  for (const uart of mcu.uart) {
    uart.checkInterrupts = function () { this.rp2040.setInterrupt(this.irq, !!(this.interruptStatus & this.interruptMask)); };
    const write = uart.writeUint32.bind(uart);
    uart.writeUint32 = function (offset, value) {
      write(offset, value);
      if (offset === 0) { this.interruptStatus |= 32; this.checkInterrupts(); }
    };
  }
  mcu.uart[0].onByte = (byte) => { if (wire) wire.write(Buffer.from([byte])); };
  for (const [name, pin] of Object.entries(CHIP_SELECTS)) {
    const chain = (self.chains[name] = new Max7219s());
    mcu.gpio[pin].addListener((now) => { if (now === GPIOPinState.High) chain.latch(); else chain.bytes = []; });
  }
  mcu.spi[0].onTransmit = (value) => {
    for (const [name, pin] of Object.entries(CHIP_SELECTS)) {
      if (mcu.gpio[pin].value === GPIOPinState.Low) self.chains[name].bytes.push(value & 255);
    }
    mcu.spi[0].completeTransmit(0);
  };
  // Every input has its pull-up; a held key joins its row with its column.
  const rows = () => {
    ROWS.forEach((row, key) => {
      const low = COLUMNS.some((column, pad) => keys.has(`${pad}:${key + 1}`) && mcu.gpio[column].value === GPIOPinState.Low);
      mcu.gpio[row].setInputValue(!low);
    });
  };
  self.rows = rows;
  mcu.gpio.forEach((pin, n) => pin.setInputValue(levels.get(n) ?? true));
  COLUMNS.forEach((column) => mcu.gpio[column].addListener(rows));
  const dog = mcu.findPeripheral(0x40058000);
  dog.reason = reason;
  if (scratch) dog.scratchData.set(scratch);
  dog.onWatchdogTrigger = () => {
    dog.alarm.enable = false; // a real chip is gone by now; the emulated one would ring for ever
    self.bitten = dog.reason;
  };
  self.dog = dog;
  // What the firmware prints goes over the Pico's USB socket into the log.
  new USBCDC(mcu.usbCtrl).onSerialData = (data) => process.stdout.write(data);
  mcu.core.PC = FLASH;
  toChip.length = 0;
  chip = self;
  started = performance.now();
  resets++;
}

function restart(reason, scratch) {
  flash = chip.mcu.flash.slice(0, FLASH_SIZE);
  powerOn(reason, scratch);
}

function turn() {
  const { mcu, clock } = chip, core = mcu.core, uart = mcu.uart[0];
  const until = (performance.now() - started) * 1e6, begun = performance.now();
  while (!chip.dead && clock.nanos < until && performance.now() - begun < 8) {
    for (let n = 0; n < SLICE && clock.nanos < until; n++) {
      if (core.waiting) {
        clock.tick(Math.min(clock.nanosToNextAlarm || 1e6, Math.max(until - clock.nanos, CYCLE_NS)));
        if (core.waiting) break;
      } else {
        clock.tick(core.executeInstruction() * CYCLE_NS);
        chip.busy++;
      }
      if (chip.bitten !== undefined || chip.cut) break;
    }
    if (toChip.length && uart.enabled && clock.nanos >= chip.nextByte && uart.rxFIFO.itemCount < 16) {
      uart.feedByte(toChip.shift());
      chip.nextByte = clock.nanos + BYTE_NS;
    }
    if (chip.cut) { restart(0); break; }
    if (chip.bitten !== undefined) { restart(chip.bitten, chip.dog.scratchData); break; }
  }
  // A chip that fell behind does not chase after the time it lost.
  const behind = (performance.now() - started) * 1e6 - chip.clock.nanos;
  if (behind > 2e8) started += (behind - 2e8) / 1e6;
  behind > 1e6 ? setImmediate(turn) : setTimeout(turn, 1);
}

function touch({ pin, pad, key, level }) {
  if (pin !== undefined) {
    levels.set(pin, !!level);
    chip.mcu.gpio[pin].setInputValue(!!level);
    return;
  }
  level ? keys.add(`${pad}:${key}`) : keys.delete(`${pad}:${key}`);
  chip.rows();
}

const deeds = {
  // A finger: each step at so many ms of the chip's own time from now, however long that takes here.
  play({ steps }) {
    for (const step of steps) chip.clock.createAlarm(() => touch(step)).schedule(step.at * 1e6 + 1);
    return {};
  },
  outputs({ pins }) { return { levels: pins.map((n) => (chip.mcu.gpio[n].value === GPIOPinState.High ? 1 : 0)) }; },
  chain({ name }) { const { last, transactions } = chip.chains[name]; return { last, transactions }; },
  state() { return { ms: Math.round(chip.clock.nanos / 1e6), instructions: chip.busy, resets, dead: chip.dead, baud: chip.mcu.uart[0].baudRate, ...writes }; },
  power() { restart(0); return {}; }, // off and on
  cut({ after }) { cutAfter = after; return {}; }, // off and on at the so-manieth flash write from now
  hang() { chip.mcu.core.executeInstruction = () => 100; return {}; }, // the program stands still, the chip's clock goes on
  save() { fs.writeFileSync(`${folder}/flash.img`, chip.mcu.flash.subarray(0, FLASH_SIZE)); return {}; },
};

if (fs.existsSync(`${folder}/flash.img`)) flash.set(fs.readFileSync(`${folder}/flash.img`));
else if (files) flash.set(fs.readFileSync(files), FILES_AT);
loadUf2(fs.readFileSync(firmware));
powerOn(0);
net.createServer((socket) => {
  wire?.destroy();
  wire = socket;
  socket.setNoDelay?.(true);
  socket.on('data', (data) => { for (const byte of data) toChip.push(byte); });
  socket.on('error', () => {});
  socket.on('close', () => { if (wire === socket) wire = null; });
}).listen(`${folder}/uart.sock`);
net.createServer((socket) => {
  let text = '';
  socket.on('data', (data) => {
    text += data;
    for (let end; (end = text.indexOf('\n')) >= 0; text = text.slice(end + 1)) {
      let answer;
      try {
        const ask = JSON.parse(text.slice(0, end));
        answer = { ok: true, ...deeds[ask.do](ask) };
      } catch (error) { answer = { ok: false, error: String(error) }; }
      socket.write(JSON.stringify(answer) + '\n');
    }
  });
  socket.on('error', () => {});
}).listen(`${folder}/control.sock`, () => console.log('ready'));
turn();
