using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace IdentityServer.Data;

/// <summary>Instants are stored as milliseconds since 1970 in UTC: one form on both databases, comparable by an index.</summary>
internal sealed class InstantConverter() : ValueConverter<DateTimeOffset, long>(
    instant => instant.ToUnixTimeMilliseconds(),
    value => DateTimeOffset.FromUnixTimeMilliseconds(value));

/// <summary>Ids as sixteen bytes in network order on SQLite, so that UUIDv7 ids stand in the index in the order of their making.</summary>
internal sealed class GuidConverter() : ValueConverter<Guid, byte[]>(
    id => id.ToByteArray(true),
    bytes => new Guid(bytes, true));
