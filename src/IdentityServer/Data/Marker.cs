using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Data;

/// <summary>A small fact about this database under a name: that kickstart ran, or the version of a catalog.</summary>
public sealed class Marker
{
    /// <summary>What the fact is about, such as <c>kickstart</c> or <c>catalog</c>.</summary>
    [MaxLength(64)]
    public required string Name { get; init; }

    /// <summary>The fact; versions count up.</summary>
    public long Value { get; set; }
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
