import { crc32, deflateRawSync } from "node:zlib";

/** One member of a zip file that is made for a test; what is not said is as it should be. */
export interface ZipMember {
  readonly name: string;
  readonly content?: string | Buffer;
  /** Type and permissions as on Unix. */
  readonly mode?: number;
  readonly stored?: boolean;
  readonly claimedSize?: number;
  /** The name in front of the content, in place of that in the directory. */
  readonly localName?: string;
  readonly encrypted?: boolean;
  readonly method?: number;
  /** Where the directory says that the member is. */
  readonly offset?: number;
}

/** A zip file of these members. */
export function zip(...members: readonly ZipMember[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const content = Buffer.from(member.content ?? "");
    const packed = member.stored === true ? content : deflateRawSync(content);
    const fields = fieldsOf(member, content, packed);
    const localName = Buffer.from(member.localName ?? member.name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    fields.copy(local, 4);
    local.writeUInt16LE(localName.length, 26);
    const body = Buffer.concat([local, localName, packed]);
    directory.push(directoryEntry(member, fields, offset));
    bodies.push(body);
    offset += body.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, listed, end]);
}

/** What stands in both places alike: version, flags, method, time, sum and sizes. */
function fieldsOf(member: ZipMember, content: Buffer, packed: Buffer): Buffer {
  const fields = Buffer.alloc(22);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(member.encrypted === true ? 1 : 0, 2);
  fields.writeUInt16LE(member.method ?? (member.stored === true ? 0 : 8), 4);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(member.claimedSize ?? content.length, 18);
  return fields;
}

function directoryEntry(member: ZipMember, fields: Buffer, offset: number): Buffer {
  const name = Buffer.from(member.name);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(0x0314, 4);
  fields.copy(entry, 6);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt32LE(((member.mode ?? 0o100755) << 16) >>> 0, 38);
  entry.writeUInt32LE(member.offset ?? offset, 42);
  return Buffer.concat([entry, name]);
}
