using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Data;
using IdentityServer.Keys;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tokens;

/// <summary>An access token that is good now, with what stands behind it.</summary>
/// <param name="Claims">What the token says.</param>
/// <param name="Application">The client it was issued to.</param>
/// <param name="Authorization">The authorization; null with client_credentials.</param>
/// <param name="User">The person; null with client_credentials.</param>
/// <param name="Registration">What the person is in the application.</param>
public sealed record LiveAccessToken(
    AccessTokenClaims Claims, Application Application, Authorization? Authorization, User? User, Registration? Registration);

/// <summary>Checks access tokens: signature, type, issuer and time, then, by one indexed read, that nothing behind them was withdrawn.</summary>
public sealed class AccessTokens(
    Database database, SigningKeyRing keys, ApplicationCatalog applications, PublicAddress address, TimeProvider clock)
{
    private readonly VerifiedTokens verified = new(keys, address, clock);

    private static readonly HotQuery<Func<ServerDbContext, Guid, Guid, Task<Backing?>>> ByAuthorization = new(() =>
        EF.CompileAsyncQuery((ServerDbContext db, Guid id, Guid jti) =>
            (from authorization in db.Authorizations
             join user in db.Users on authorization.UserId equals user.Id
             from registration in db.Registrations
                 .Where(row => row.UserId == authorization.UserId && row.ApplicationId == authorization.ApplicationId)
                 .DefaultIfEmpty()
             where authorization.Id == id
             select new Backing(authorization, user, registration, db.RevokedAccessTokens.Any(row => row.Id == jti))).FirstOrDefault()));

    private static readonly HotQuery<Func<ServerDbContext, Guid, Task<bool>>> IsRevoked = new(() =>
        EF.CompileAsyncQuery((ServerDbContext db, Guid jti) => db.RevokedAccessTokens.Any(row => row.Id == jti)));

    /// <summary>What the token is, or why it is refused (RFC 6750 §3.1).</summary>
    public async Task<OAuthResult<LiveAccessToken>> CheckAsync(string accessToken, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (verified.Verify(accessToken).Failed(out var error, out var claims))
        {
            return error;
        }

        if (applications.Find(claims.ClientId) is not { Active: true } application || !Guid.TryParse(claims.JwtId, out var jti))
        {
            return OAuthError.AccessTokenInvalid.Because("its client is gone");
        }

        cancellation.ThrowIfCancellationRequested();
        await using var db = database.Open();
        if (claims.AuthorizationId is not { } authorizationId)
        {
            return await IsRevoked.On(db)(db, jti)
                ? OAuthError.AccessTokenInvalid.Because("revoked")
                : new LiveAccessToken(claims, application, null, null, null);
        }

        return await ByAuthorization.On(db)(db, authorizationId, jti) is { Revoked: false, Authorization.Status: AuthorizationStatus.Valid } backing
            && Admission.Check(application, backing.User, backing.Registration, now) is null
                ? new LiveAccessToken(claims, application, backing.Authorization, backing.User, backing.Registration)
                : OAuthError.AccessTokenInvalid.Because("revoked, or its user may not have tokens any more");
    }

    /// <summary>Revokes one access token before its time; what it descends from stays.</summary>
    public async Task RevokeAsync(AccessTokenClaims claims, CancellationToken cancellation)
    {
        var row = new RevokedAccessToken { Id = Guid.Parse(claims.JwtId), ExpiresAt = claims.ExpiresAt };
        try
        {
            await database.WriteAsync(
                (db, _) =>
                {
                    db.RevokedAccessTokens.Add(row);
                    return Task.CompletedTask;
                },
                cancellation);
        }
        catch (DbUpdateException exception) when (DatabaseErrors.IsDuplicate(exception, out _))
        {
            // Revoked already.
        }
    }

    private sealed record Backing(Authorization Authorization, User User, Registration? Registration, bool Revoked);
}
