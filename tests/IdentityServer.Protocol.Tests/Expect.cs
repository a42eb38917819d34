namespace IdentityServer.Protocol.Tests;

/// <summary>What a test expects of a result.</summary>
internal static class Expect
{
    public static T Value<T>(this OAuthResult<T> result)
    {
        Assert.False(result.Failed(out var error, out var value), $"{error?.Reason}: {error?.Description} ({error?.Detail})");
        return value!;
    }

    public static OAuthError Refused<T>(this OAuthResult<T> result, string code, string reason, string? description = null)
    {
        Assert.True(result.Failed(out var error, out _), "was accepted");
        return error.Is(code, reason, description);
    }

    /// <summary>A refusal says code, reason and a sentence.</summary>
    public static OAuthError Is(this OAuthError? error, string code, string reason, string? description = null)
    {
        Assert.NotNull(error);
        Assert.Equal((code, reason), (error.Code, error.Reason));
        Assert.Equal(description ?? error.Description, error.Description);
        Assert.EndsWith(".", error.Description, StringComparison.Ordinal);
        return error;
    }

    public static JsonWebToken Verified(this string compact, JsonWebKeySet keys, string? type, IReadOnlyCollection<string> algorithms) =>
        JsonWebToken.Verify(compact, keys, type, algorithms).Value();

    public static RequestParameters Parameters(params (string Name, string Value)[] pairs) =>
        RequestParameters.ParseForRedirect(pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))).Value();
}
