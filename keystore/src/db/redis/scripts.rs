//! The scripts: each runs as a whole, and may be repeated.

use redis::Script;

/// How many milliseconds the version and the lease's number of an account without a record remain.
/// They refuse the late save of a program that hung, so they remain for longer than one hangs.
pub(super) const GONE: &str = "86400000";

/// The version of the keys that this crate reads and writes.
///
/// A key has the versions of hosts that they suit, separated by spaces; without it, that is the first
/// one. So a later version that suits the hosts of before adds its own, and they continue. One that
/// does not replaces the text, waits until the leases have ended, and gives what it changes other keys:
/// meanwhile the tokens of renewals that have begun are saved, because WRITE does not look at it.
pub(super) const VERSION: &str = "1";

/// The code of the error of a script for keys that do not suit this host. The text of the versions
/// follows.
pub(super) const UNSUITED: &str = "VERSIONS";

/// Returns whether keys with this text of versions suit this host.
pub(super) fn suits(versions: &str) -> bool {
    versions.split(' ').any(|version| version == VERSION)
}

/// Before a script whose last key has the versions: fails unless the keys suit this host.
fn guarded(script: &str) -> Script {
    Script::new(&format!(
        "
local versions = redis.call('GET', KEYS[#KEYS])
if versions and not string.find(' ' .. versions .. ' ', ' {VERSION} ', 1, true) then
    return redis.error_reply('{UNSUITED} ' .. versions)
end{script}"
    ))
}

/// Keys: lease, number, record, versions. Arguments: holder, milliseconds, GONE. Gives the number, the record's
/// version, 1 if the user may save, and the record, or nothing if another one has the lease.
const TAKE: &str = "
local version = tonumber(redis.call('HGET', KEYS[3], 'v') or '0')
local body = redis.call('HGET', KEYS[3], 'b')
local may = 1
if redis.acl_check_cmd and not redis.acl_check_cmd('HSET', KEYS[3], 'v', '0') then may = 0 end
local now = redis.call('GET', KEYS[1])
if now then
    local fence = redis.call('GET', KEYS[2]) or '0'
    if now ~= fence .. ':' .. ARGV[1] then return false end
    return {tonumber(fence), version, may, body}
end
local fence = redis.call('INCR', KEYS[2])
if not body then redis.call('PEXPIRE', KEYS[2], ARGV[3]) end
redis.call('SET', KEYS[1], fence .. ':' .. ARGV[1], 'PX', ARGV[2])
return {fence, version, may, body}
";

/// Keys: leases. Arguments: milliseconds, then the number and the holder of each as one word.
const BEAT: &str = "
for i, key in ipairs(KEYS) do
    if redis.call('GET', key) == ARGV[i + 1] then
        if redis.call('PTTL', key) < tonumber(ARGV[1]) then redis.call('PEXPIRE', key, ARGV[1]) end
    end
end
return 1
";

/// Keys: lease, number, versions. Arguments: number, holder, milliseconds. One that has ended is taken again:
/// with the same number, nothing has happened under another one. Gives 1 or 0.
const CONFIRM: &str = "
local own = ARGV[1] .. ':' .. ARGV[2]
local now = redis.call('GET', KEYS[1])
if now == own then
    if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
    end
    return 1
end
if not now and redis.call('GET', KEYS[2]) == ARGV[1] then
    redis.call('SET', KEYS[1], own, 'PX', ARGV[3])
    return 1
end
return 0
";

/// Keys: lease. Arguments: number, holder, channel, message. A user that may not publish frees it
/// all the same.
const FREE: &str = "
if redis.call('GET', KEYS[1]) == ARGV[1] .. ':' .. ARGV[2] then
    redis.call('DEL', KEYS[1])
    redis.pcall('PUBLISH', ARGV[3], ARGV[4])
end
return 1
";

/// Keys: record, lease, number. Arguments: version, number, holder, milliseconds, GONE, service,
/// client, account, and the body unless it is removed. The same version with the same body is this
/// very save, repeated. An older one than the version that was read is that of a server that lost
/// something. Gives 1, or 0 if the record has a newer version. What remains of a removed record
/// ends by itself, and has no names. PERSIST needs no memory, and after a write a script may exceed
/// `maxmemory`. So a server that is full saves the new token of a renewal that has begun.
const WRITE: &str = "
local over = tonumber(ARGV[1])
local version = tonumber(redis.call('HGET', KEYS[1], 'v') or '0')
local body = redis.call('HGET', KEYS[1], 'b')
local new = ARGV[9] or false
if version > over and not (version == over + 1 and body == new) then return 0 end
if new then
    redis.call('PERSIST', KEYS[1])
    redis.call('PERSIST', KEYS[3])
    redis.call('HSET', KEYS[1], 'v', over + 1, 's', ARGV[6], 'c', ARGV[7], 'a', ARGV[8], 'b', new)
else
    redis.call('HSET', KEYS[1], 'v', over + 1)
    redis.call('HDEL', KEYS[1], 's', 'c', 'a', 'b')
    redis.call('PEXPIRE', KEYS[1], ARGV[5])
    redis.call('PEXPIRE', KEYS[3], ARGV[5])
end
if redis.call('GET', KEYS[2]) == ARGV[2] .. ':' .. ARGV[3] then
    redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
return 1
";

/// Keys: note. Arguments: old, new. Gives nothing, or the text found if it is another one.
const SWAP: &str = "
local found = redis.call('GET', KEYS[1]) or ''
if found ~= ARGV[1] then return found end
redis.call('SET', KEYS[1], ARGV[2])
return false
";

/// Keys: records. Gives the key, service, client and account of each that has a body.
const NAMES: &str = "
local found = {}
for _, key in ipairs(KEYS) do
    if redis.call('HEXISTS', key, 'b') == 1 then
        local names = redis.call('HMGET', key, 's', 'c', 'a')
        table.insert(found, {key, names[1], names[2], names[3]})
    end
end
return found
";

/// Keys: records. Arguments: how many. Gives key, service, client, account and body of as many that have
/// a body.
const SAMPLE: &str = "
local found = {}
for _, key in ipairs(KEYS) do
    if #found >= tonumber(ARGV[1]) then break end
    local record = redis.call('HMGET', key, 's', 'c', 'a', 'b')
    if record[4] then
        table.insert(found, {key, record[1], record[2], record[3], record[4]})
    end
end
return found
";

/// Arguments: the names of a record, lease, number and note, which are only asked about, so that
/// they are no keys; channel. Gives the commands that the user may not send, as its rules name
/// them; none on a server that does not tell (Redis 6).
const RIGHTS: &str = "
local lacks = {}
if not redis.acl_check_cmd then return lacks end
local record, lease, number, note, channel = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
for _, command in ipairs({
    {'HGET', record, 'v'}, {'HMGET', record, 's'}, {'HEXISTS', record, 'b'},
    {'HSET', record, 'v', '0'}, {'HDEL', record, 'b'}, {'PERSIST', record},
    {'PEXPIRE', record, '1'}, {'GET', lease}, {'SET', lease, ''}, {'DEL', lease}, {'PTTL', lease},
    {'PEXPIRE', lease, '1'}, {'GET', number}, {'INCR', number}, {'PEXPIRE', number, '1'},
    {'PERSIST', number}, {'GET', note}, {'SET', note, ''}, {'SCAN', '0'},
    {'SCRIPT', 'LOAD', ''}, {'PUBLISH', channel, ''}, {'SUBSCRIBE', channel}
}) do
    if not redis.acl_check_cmd(unpack(command)) then
        local name = command[1] == 'SCRIPT' and 'script|load' or string.lower(command[1])
        if lacks[#lacks] ~= name then table.insert(lacks, name) end
    end
end
return lacks
";

pub(super) struct Scripts {
    pub(super) rights: Script,
    pub(super) take: Script,
    pub(super) beat: Script,
    pub(super) confirm: Script,
    pub(super) free: Script,
    pub(super) write: Script,
    pub(super) swap: Script,
    pub(super) names: Script,
    pub(super) sample: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        Self {
            rights: Script::new(RIGHTS),
            take: guarded(TAKE),
            beat: Script::new(BEAT),
            confirm: guarded(CONFIRM),
            free: Script::new(FREE),
            write: Script::new(WRITE),
            swap: Script::new(SWAP),
            names: Script::new(NAMES),
            sample: Script::new(SAMPLE),
        }
    }
}
