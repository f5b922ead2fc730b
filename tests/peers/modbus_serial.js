// modbus-serial, the JavaScript library, driven by tests: `node modbus_serial.js client PORT` or `server PORT`.
//
// client: reads one line {"calls": [[method, ...arguments], ...], "together": bool} and prints one line with one
//         result per call: {"value": ...} or {"error": text, "exception": code}. Together means that every call
//         is sent before the first answer is waited for.
// server: reads one line with the tables, prints `listening PORT`, and ends when its input ends.
"use strict";

const readline = require("readline");

const ModbusRTU = require(`${process.env.PEERS_CACHE}/node_modules/modbus-serial`);

const DEADLINE_MS = 5000;

async function client(port, { calls, together }) {
    const connection = new ModbusRTU();
    await connection.connectTCP("127.0.0.1", { port });
    connection.setTimeout(DEADLINE_MS);
    connection.setID(1);
    const late = () =>
        new Promise((_, fail) => setTimeout(() => fail(new Error("the call did not return")), DEADLINE_MS).unref());
    const one = ([method, ...args]) =>
        Promise.race([connection[method](...args), late()]).then(
            (value) => ({ value }),
            (error) => ({ error: String(error.message || error), exception: error.modbusCode || null }),
        );
    const results = [];
    if (together) {
        results.push(...(await Promise.all(calls.map(one))));
    } else {
        for (const call of calls) results.push(await one(call));
    }
    console.log(JSON.stringify(results));
    await connection.close();
}

function server(port, tables) {
    const outside = () => Object.assign(new Error("no such address"), { modbusErrorCode: 2 });
    const read = (table) => (address, unit, done) =>
        address < table.length ? done(null, table[address]) : done(outside());
    const write = (table) => (address, value, unit, done) => {
        if (address >= table.length) return done(outside());
        table[address] = value;
        done(null);
    };
    const listener = new ModbusRTU.ServerTCP(
        {
            getCoil: read(tables.coils),
            getDiscreteInput: read(tables.discrete),
            getHoldingRegister: read(tables.holding),
            getInputRegister: read(tables.input),
            setCoil: write(tables.coils),
            setRegister: write(tables.holding),
        },
        { host: "127.0.0.1", port, unitID: 255 },
    );
    listener.on("initialized", () => console.log(`listening ${port}`));
}

const lines = readline.createInterface({ input: process.stdin });
const [role, port] = process.argv.slice(2);
lines.once("line", (line) => {
    if (role === "client") {
        client(Number(port), JSON.parse(line)).then(() => process.exit());
    } else {
        server(Number(port), JSON.parse(line));
        lines.once("close", () => process.exit());
    }
});
