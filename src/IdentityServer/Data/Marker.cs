using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Data;

/// <summary>A small fact about this database under a name: that kickstart ran, or the version of a catalog.</summary>
public sealed class Marker
{
    /// <summary>What the fact is about, such as <c>kickstart</c> or <c>catalog</c>.</summary>
    [MaxLength(64)]
    public required string Name { get; init; }

    /// <summary>The fact; versions count up.</summary>
    public long Value { get; set; }

    /// <summary>Counts up by one, from nothing if need be, in one statement; the row is held until the transaction ends.</summary>
    public static Task CountAsync(ServerDbContext db, string name, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync(
            $"""INSERT INTO "Markers" ("Name", "Value") VALUES ({name}, 1) ON CONFLICT ("Name") DO UPDATE SET "Value" = "Markers"."Value" + 1""",
            cancellation);
}

/// <summary>One element of the data-protection key ring, as the framework wrote it.</summary>
public sealed class DataProtectionKey
{
    /// <summary>The row's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The framework's name for the element.</summary>
    [MaxLength(256)]
    public required string Name { get; init; }

    /// <summary>The element's XML.</summary>
    public required string Xml { get; init; }
}
