using System.Diagnostics.CodeAnalysis;

namespace IdentityServer.Protocol;

/// <summary>A value or the error that stands in its place; converted implicitly from either.</summary>
[SuppressMessage("Usage", "CA2225", Justification = "The conversions are the point; named alternates would only repeat them.")]
[SuppressMessage("Performance", "CA1815", Justification = "A result is taken apart, never compared.")]
public readonly struct OAuthResult<T>
{
    private readonly T? _value;
    private readonly OAuthError? _error;
    private readonly bool _hasValue;

    private OAuthResult(T? value, OAuthError? error)
    {
        _value = value;
        _error = error;
        _hasValue = error is null;
    }

    public static implicit operator OAuthResult<T>(T value) => new(value, null);

    public static implicit operator OAuthResult<T>(OAuthError error) => new(default, error);

    public bool Failed([NotNullWhen(true)] out OAuthError? error, [NotNullWhen(false)] out T? value)
    {
        value = _value;
        error = _hasValue ? null : _error ?? OAuthError.ServerError;
        return error is not null;
    }

    public bool Succeeded([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out OAuthError? error) =>
        !Failed(out error, out value);
}
