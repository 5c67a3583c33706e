// A person at a real client: matrix-js-sdk, the library under Element, driven over standard input and output, one JSON object a line.
//
//   {"id": 1, "do": "login", "args": [{"url", "user", "password", "encrypted"}]}     logs in as a new device and starts to sync
//   {"id": 2, "do": "verify", "args": [password]}                                    sets up cross-signing and signs this device
//   {"id": 2, "do": "keep", "args": []}                                              stores its keys on the server; the recovery key
//   {"id": 2, "do": "recover", "args": [recovery key]}                               signs this device with what lies there; whether all is well then
//   {"id": 3, "do": "sendTextMessage", "args": [room, text]}                         any other method of MatrixClient
//   {"id": 4, "do": "crypto.isCrossSigningReady", "args": []}                        any method of its CryptoApi
//
// Answers are {"id", "value"} or {"id", "error"}. In between come, as they happen, {"event": …} with what the client shows of an event,
// {"membership": …} with one's own. The end of input ends the client.

import { createInterface } from "node:readline";

// The library and its WebAssembly talk to the console; standard output is ours.
for (const level of ["debug", "log", "info", "warn", "trace"]) console[level] = console.error;
// Node has this from version 22 on; the library needs it, and nothing else that Node 20 lacks.
Promise.withResolvers ??= function () {
    let resolve, reject;
    const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
    return { promise, resolve, reject };
};
const { ClientEvent, MatrixEventEvent, RoomEvent, createClient } = await import("matrix-js-sdk");
const { decodeRecoveryKey } = await import("matrix-js-sdk/lib/crypto-api/recovery-key.js");

const tell = (line) => process.stdout.write(JSON.stringify(line) + "\n");
let client;
let storageKey; // opens the account's secret storage

async function show(event) {
    await client.decryptEventIfNeeded(event);
    const seal = event.isEncrypted() ? await client.getCrypto()?.getEncryptionInfoForEvent(event) : undefined;
    tell({
        event: {
            room_id: event.getRoomId(),
            event_id: event.getId(),
            sender: event.getSender(),
            type: event.getType(),
            state_key: event.getStateKey(),
            content: event.getContent(),
            thread: event.threadRootId,
            redacts: event.getAssociatedId(),
            encrypted: event.isEncrypted(),
            undecryptable: event.isDecryptionFailure(),
            // 0: nothing to warn of; otherwise the colour and the reason of the shield that Element shows.
            shield: seal?.shieldColour,
            shield_reason: seal?.shieldReason,
        },
    });
}

const own = {
    async login({ url, user, password, encrypted = false }) {
        const identifier = { type: "m.id.user", user };
        const session = await createClient({ baseUrl: url }).loginRequest({ type: "m.login.password", identifier, password });
        client = createClient({
            baseUrl: url,
            userId: session.user_id,
            deviceId: session.device_id,
            accessToken: session.access_token,
            cryptoCallbacks: { getSecretStorageKey: async ({ keys }) => [Object.keys(keys)[0], storageKey] },
        });
        if (encrypted) await client.initRustCrypto({ useIndexedDB: false });
        client.on(RoomEvent.Timeline, (event, room, toStart) => toStart || show(event));
        client.on(MatrixEventEvent.Decrypted, show);
        client.on(RoomEvent.MyMembership, (room, membership) => tell({ membership, room_id: room.roomId }));
        const ready = new Promise((done) => client.on(ClientEvent.Sync, (state) => state === "PREPARED" && done()));
        await client.startClient({ threadSupport: true });
        await ready;
        return { user: session.user_id, device: session.device_id };
    },
    async verify(password) {
        const identifier = { type: "m.id.user", user: client.getUserId() };
        const prove = (ask) => ask({ type: "m.login.password", identifier, password });
        await client.getCrypto().bootstrapCrossSigning({ authUploadDeviceSigningKeys: prove });
    },
    async keep() {
        const key = await client.getCrypto().createRecoveryKeyFromPassphrase();
        storageKey = key.privateKey;
        await client.getCrypto().bootstrapSecretStorage({ createSecretStorageKey: async () => key });
        return key.encodedPrivateKey;
    },
    async recover(text) {
        storageKey = decodeRecoveryKey(text);
        await client.getCrypto().userHasCrossSigningKeys(client.getUserId(), true); // looks up what there is
        await client.getCrypto().bootstrapCrossSigning({});
        return client.getCrypto().isCrossSigningReady();
    },
};

// Where the server's own copy of an event arrives before the answer to sending it, the library takes its own echo for a stranger
// and complains, although all went well: the event is there, and is the newest of ours.
async function sent(verb, args) {
    try {
        return await client[verb](...args);
    } catch (error) {
        if (!String(error.message).includes("not a local echo")) throw error;
        const mine = client.getRoom(args[0]).getLiveTimeline().getEvents()
            .filter((event) => event.getSender() === client.getUserId());
        return { event_id: mine.at(-1).getId() };
    }
}

async function answer({ id, do: verb, args }) {
    try {
        const [first, second] = verb.split(".");
        const value = own[verb] ? await own[verb](...args)
            : second ? await client.getCrypto()[second](...args)
            : await sent(first, args);
        let shown = null;
        try {
            shown = JSON.parse(JSON.stringify(value ?? null));
        } catch {
            // A room or an event of the library's own holds the whole client; whoever wants it asks for its parts.
        }
        tell({ id, value: shown });
    } catch (error) {
        tell({ id, error: `${error.errcode ?? error.name}: ${error.message}` });
    }
}

for await (const line of createInterface({ input: process.stdin })) answer(JSON.parse(line));
process.exit(0);
