using System.Diagnostics.CodeAnalysis;

namespace IdentityServer;

/// <summary>What was asked for, or what was wrong with the question. Converted from either.</summary>
public readonly struct FieldResult<T>
    where T : class
{
    private readonly T? value;
    private readonly FieldErrors? errors;

    private FieldResult(T? value, FieldErrors? errors) => (this.value, this.errors) = (value, errors);

    /// <summary>A value.</summary>
#pragma warning disable CA2225 // The conversions are the way to make one.
    public static implicit operator FieldResult<T>(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    public static implicit operator FieldResult<T>(FieldErrors errors) => new(null, errors);
#pragma warning restore CA2225

    /// <summary>Whether it was refused, with the findings; otherwise with the value.</summary>
    public bool Failed([NotNullWhen(true)] out FieldErrors? errors, [NotNullWhen(false)] out T? value)
    {
        (errors, value) = (this.errors, this.value);
        return errors is not null || (value is null ? throw new InvalidOperationException("A result that was never set.") : false);
    }
}
