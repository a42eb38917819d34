namespace IdentityServer.Protocol;

public sealed partial record OAuthError
{
    public static readonly OAuthError PrivateKeyPublished =
        new(Errors.InvalidClientMetadata, "private_key", "The key set contains a private or symmetric key. Replace that key, and register its public part only.");

    /// <summary>RFC 7591 §3.2.2.</summary>
    public static OAuthError InvalidKey(string description) => new(Errors.InvalidClientMetadata, "invalid_jwks", description);
}
