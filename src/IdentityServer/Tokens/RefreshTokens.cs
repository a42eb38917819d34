using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Data;
using IdentityServer.Protocol;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tokens;

/// <summary>What became of an attempt to rotate a refresh token.</summary>
public enum RotationOutcome
{
    /// <summary>The successor is stored.</summary>
    Rotated,

    /// <summary>The token was used before: its family is dead now (RFC 9700 §4.14.2).</summary>
    Reused,

    /// <summary>Expired or withdrawn.</summary>
    Dead,
}

/// <summary>
/// Refresh tokens: rotated at each use, the family revoked on reuse (RFC 9700 §4.14.2). An answer that was lost on its way is no
/// attack: for <see cref="Leeway"/> after its first use a token may be used again, as long as its successor was not, and that
/// successor is withdrawn for the new one. So at any time one token of a family is good, and a thief and the owner can't both go on.
/// </summary>
public sealed class RefreshTokens(Database database, TimeProvider clock)
{
    /// <summary>For how long after its first use a token may be used again because the answer was lost.</summary>
    public static readonly TimeSpan Leeway = TimeSpan.FromSeconds(30);

    /// <summary>Whether such an authorization gives refresh tokens: they are for offline_access (OpenID Connect Core §11).</summary>
    public static bool MayIssue(Application application, ScopeSet scopes) =>
        scopes.Contains(Scopes.OfflineAccess)
        && application.Settings.OauthConfiguration.GenerateRefreshTokens
        && application.Client.AllowedGrantTypes.Contains(GrantTypes.RefreshToken);

    /// <summary>
    /// A new token of a family, which the caller stores. Its end counts from the sign-in, so no number of rotations prolongs it.
    /// </summary>
    public Token New(Application application, Authorization authorization, Guid? parentId, out string value)
    {
        var now = clock.GetUtcNow();
        var secret = OpaqueSecret.Create();
        value = secret.Value;
        return new Token
        {
            Id = Guid.CreateVersion7(now),
            AuthorizationId = authorization.Id,
            Type = TokenType.Refresh,
            Hash = secret.Hash,
            ParentId = parentId,
            CreatedAt = now,
            ExpiresAt = authorization.CreatedAt + application.RefreshTokenLifetime,
        };
    }

    /// <summary>Finds a refresh token in any state, with all that it stands for.</summary>
    public async Task<StoredGrant?> FindAsync(string refreshToken, CancellationToken cancellation)
    {
        await using var db = database.Open();
        return await StoredGrant.FindAsync(db, OpaqueSecret.HashOf(refreshToken), TokenType.Refresh, cancellation);
    }

    /// <summary>Spends a token and stores its successor, in one transaction.</summary>
    public Task<RotationOutcome> RotateAsync(StoredGrant grant, Token successor, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return database.WriteAsync((db, token) => RotateAsync(db, grant.Token, successor, now, token), cancellation);
    }

    /// <summary>Revokes a family: every code, refresh token and access token of it.</summary>
    public static Task<int> RevokeFamilyAsync(ServerDbContext db, Guid authorizationId, CancellationToken cancellation) =>
        db.Authorizations
            .Where(row => row.Id == authorizationId && row.Status == AuthorizationStatus.Valid)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, AuthorizationStatus.Revoked), cancellation);

    /// <summary>Revokes a family in a transaction of its own.</summary>
    public Task<int> RevokeFamilyAsync(Guid authorizationId, CancellationToken cancellation) =>
        database.WriteAsync((db, token) => RevokeFamilyAsync(db, authorizationId, token), cancellation);

    private static async Task<RotationOutcome> RotateAsync(
        ServerDbContext db, Token used, Token successor, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await Token.RedeemAsync(db, used.Id, now, cancellation) || await ReplaceUnusedSuccessorAsync(db, used, now, cancellation))
        {
            await db.InsertAsync(successor, cancellation);
            return RotationOutcome.Rotated;
        }

        if (await db.Tokens.AnyAsync(row => row.Id == used.Id && row.Status == TokenStatus.Valid, cancellation))
        {
            return RotationOutcome.Dead; // Never used, but expired or of a family that was revoked in this moment: no attack.
        }

        await RevokeFamilyAsync(db, used.AuthorizationId, cancellation);
        return RotationOutcome.Reused;
    }

    // Locks the used token's row first, so that on PostgreSQL two late copies can't both replace the same successor.
    private static async Task<bool> ReplaceUnusedSuccessorAsync(ServerDbContext db, Token used, DateTimeOffset now, CancellationToken cancellation)
    {
        var since = now - Leeway;
        var recent = await db.Tokens
            .Where(row => row.Id == used.Id && row.Status == TokenStatus.Redeemed && row.RedeemedAt > since)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, TokenStatus.Redeemed), cancellation);
        return recent == 1 && await db.Tokens
            .Where(row => row.AuthorizationId == used.AuthorizationId && row.ParentId == used.Id && row.Status == TokenStatus.Valid)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, TokenStatus.Revoked), cancellation) == 1;
    }
}
