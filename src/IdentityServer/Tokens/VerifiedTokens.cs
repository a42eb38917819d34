using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using IdentityServer.Keys;
using IdentityServer.Protocol;

namespace IdentityServer.Tokens;

/// <summary>
/// Remembers access tokens whose signature was good, by their hash: a token is shown many times in its life, and to verify it
/// costs as much as all else of such a call. Its end is looked at each time, and when a key comes or goes nothing is remembered
/// any more. Whether something behind the token was withdrawn is not this class's to know.
/// </summary>
internal sealed class VerifiedTokens(SigningKeyRing keys, PublicAddress address, TimeProvider clock)
{
    private const int Most = 4096;

    private volatile Generation current = new(JsonWebKeySet.Empty);

    /// <summary>What the token says, or why it is refused.</summary>
    public OAuthResult<AccessTokenClaims> Verify(string accessToken)
    {
        var publicKeys = keys.PublicKeys;
        var generation = current;
        if (generation.Keys != publicKeys || generation.IsFull)
        {
            current = generation = new Generation(publicKeys);
        }

        var now = clock.GetUtcNow();
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(accessToken)));
        if (generation.Find(hash) is { } known)
        {
            return known.ExpiresAt > now ? known : OAuthError.AccessTokenExpired;
        }

        var verified = AccessTokenClaims.Verify(accessToken, publicKeys, address.Value, now);
        if (verified.Succeeded(out var claims, out _))
        {
            generation.Add(hash, claims);
        }

        return verified;
    }

    private sealed class Generation(JsonWebKeySet keys)
    {
        private readonly ConcurrentDictionary<string, AccessTokenClaims> claims = new(StringComparer.Ordinal);
        private int count;

        public JsonWebKeySet Keys => keys;

        public bool IsFull => count >= Most;

        public AccessTokenClaims? Find(string hash) => claims.GetValueOrDefault(hash);

        public void Add(string hash, AccessTokenClaims verified)
        {
            if (claims.TryAdd(hash, verified))
            {
                Interlocked.Increment(ref count);
            }
        }
    }
}
