using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Data;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tokens;

/// <summary>
/// Tokens for somebody who signed in without a browser and a code, by the management API. They are of the same make and the same
/// family as others: an authorization stands behind them, and its end is theirs.
/// </summary>
internal sealed class DirectTokens(Database database, RefreshTokens refreshTokens, TokenIssuer issuer, TimeProvider clock)
{
    /// <summary>
    /// Whether an authorization is one of these: others give refresh tokens with the scope offline_access alone, these have no scopes.
    /// </summary>
    public static bool Gave(Authorization authorization) => authorization.Scopes.Length == 0;

    /// <summary>
    /// The tokens. Null: since the person proved who they are, they were shut out or a credential changed, and nothing was recorded.
    /// </summary>
    public async Task<TokenResponse?> IssueAsync(Proof proof, Application application, Registration? registration, string? address, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var refreshes = registration is not null && application.Settings.LoginConfiguration.GenerateRefreshTokens
            && application.Client.AllowedGrantTypes.Contains(GrantTypes.RefreshToken);
        var authorization = new Authorization
        {
            Id = Guid.CreateVersion7(now),
            TenantId = proof.User.TenantId,
            UserId = proof.User.Id,
            ApplicationId = application.Id,
            Scopes = string.Empty,
            AuthenticatedAt = now,
            Amr = proof.Amr,
            Acr = Acr.Of(proof.Amr),
            AuthenticationType = proof.Type.ToWire(),
            CreatedAt = now,
            ExpiresAt = now + (refreshes && application.RefreshTokenLifetime > application.TokenLifetime ? application.RefreshTokenLifetime : application.TokenLifetime),
        };
        string? value = null;
        var refreshToken = refreshes ? refreshTokens.New(application, authorization, null, out value) : null;
        var (id, stamp) = (proof.User.Id, proof.User.SecurityStamp);
        var recorded = await database.WriteAsync(
            async (db, token) =>
            {
                // Holds the person's row, so that shutting them out or changing a credential comes before or after, not between.
                if (await db.Users.Where(user => user.Id == id && user.Active && user.SecurityStamp == stamp)
                    .ExecuteUpdateAsync(set => set.SetProperty(user => user.SecurityStamp, user => user.SecurityStamp), token) == 0)
                {
                    return false;
                }

                LoginRecord.Add(db, proof, application.Id, address, now);
                await db.InsertAsync(authorization, token);
                if (refreshToken is not null)
                {
                    await db.InsertAsync(refreshToken, token);
                }

                return true;
            },
            cancellation);
        return recorded
            ? issuer.Issue(new GrantedAccess
            {
                Application = application,
                Scopes = ScopeSet.Empty,
                AuthenticationType = authorization.AuthenticationType,
                User = proof.User,
                Registration = registration,
                Authorization = authorization,
                RefreshToken = value,
            })
            : null;
    }
}
