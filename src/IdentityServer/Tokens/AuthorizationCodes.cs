using IdentityServer.Authorizations;
using IdentityServer.Data;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tokens;

/// <summary>Authorization codes: issued with the authorization they belong to, redeemed once (RFC 6749 §4.1.2, §10.5).</summary>
public sealed class AuthorizationCodes(Database database, TimeProvider clock)
{
    /// <summary>How long a code lives: RFC 6749 §4.1.2 recommends ten minutes at most; a redirect takes seconds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    // Holds the session's row, so that its end comes before, and there is no code, or after, and ends this authorization as well.
    private const string HoldSession = """UPDATE "Sessions" SET "EndedAt" = NULL WHERE "Id" = @Id AND "EndedAt" IS NULL""";

    /// <summary>
    /// Records the authorization, and what came with it, and returns the code. One commit. Null: the session has ended meanwhile, and
    /// nothing was recorded.
    /// </summary>
    public async Task<string?> IssueAsync(CodeIssue issue, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var code = OpaqueSecret.Create();
        var authorization = AuthorizationOf(issue, now);
        var token = new Token
        {
            Id = Guid.CreateVersion7(now),
            AuthorizationId = authorization.Id,
            Type = TokenType.Code,
            Hash = code.Hash,
            RedirectUri = issue.Request.RedirectUri,
            CodeChallenge = issue.Request.CodeChallenge,
            CreatedAt = now,
            ExpiresAt = now + Lifetime,
        };

        async Task<bool> WriteAsync(ServerDbContext db, CancellationToken cancelled)
        {
            if (await db.UpdateAsync<Session>(HoldSession, cancelled, (nameof(Session.Id), issue.Session.Id)) == 0)
            {
                return false;
            }

            if (issue.Register)
            {
                await RegisterAsync(db, issue, now, cancelled);
            }

            if (issue.RememberConsent)
            {
                await RememberAsync(db, issue, now, cancelled);
            }

            await db.InsertAsync(authorization, cancelled);
            await db.InsertAsync(token, cancelled);
            return true;
        }

        try
        {
            return await database.WriteAsync(WriteAsync, cancellation) ? code.Value : null;
        }
        catch (DbUpdateException exception) when (DatabaseErrors.IsDuplicate(exception, out _))
        {
            // Another tab registered the person, or remembered the consent, in the same moment. Now that shows.
            return await database.WriteAsync(WriteAsync, cancellation) ? code.Value : null;
        }
    }

    /// <summary>Finds a code in any state, with all that it stands for.</summary>
    public async Task<StoredGrant?> FindAsync(string code, CancellationToken cancellation)
    {
        await using var db = database.Open();
        return await StoredGrant.FindAsync(db, OpaqueSecret.HashOf(code), TokenType.Code, cancellation);
    }

    /// <summary>
    /// Spends the code and, in the same transaction, stores the refresh token that it gives. False: it was spent already, has
    /// expired or was revoked, and nothing was stored.
    /// </summary>
    public Task<bool> RedeemAsync(StoredGrant grant, Token? refreshToken, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return database.WriteAsync(
            async (db, token) =>
            {
                if (!await Token.RedeemAsync(db, grant.Token.Id, now, token))
                {
                    return false;
                }

                if (refreshToken is not null)
                {
                    await db.InsertAsync(refreshToken, token);
                }

                return true;
            },
            cancellation);
    }

    private static Authorization AuthorizationOf(CodeIssue issue, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        TenantId = issue.User.TenantId,
        UserId = issue.User.Id,
        ApplicationId = issue.Application.Id,
        SessionId = issue.Session.Id,
        Scopes = issue.Scopes.ToString(),
        Resources = issue.Resources.Count > 0 ? string.Join(' ', issue.Resources) : null,
        Claims = issue.Request.Parameters[Parameters.Claims],
        Nonce = issue.Request.Nonce,
        AuthenticatedAt = issue.Session.AuthenticatedAt,
        Amr = issue.Session.Amr,
        Acr = Acr.Of(issue.Session.Amr, issue.Request),
        AuthenticationType = issue.Session.AuthenticationType.ToWire(),
        CreatedAt = now,
        ExpiresAt = now + Life(issue),
    };

    // For as long as anything can come of it: the access token of a code redeemed at the last moment, or the refresh tokens.
    private static TimeSpan Life(CodeIssue issue)
    {
        var accessToken = Lifetime + issue.Application.TokenLifetime;
        return RefreshTokens.MayIssue(issue.Application, issue.Scopes) && issue.Application.RefreshTokenLifetime > accessToken
            ? issue.Application.RefreshTokenLifetime
            : accessToken;
    }

    private static async Task RegisterAsync(ServerDbContext db, CodeIssue issue, DateTimeOffset now, CancellationToken cancellation)
    {
        var (userId, applicationId) = (issue.User.Id, issue.Application.Id);
        if (await db.Registrations.AnyAsync(row => row.UserId == userId && row.ApplicationId == applicationId, cancellation))
        {
            return; // Another tab was faster.
        }

        db.Registrations.Add(new Registration
        {
            Id = Guid.CreateVersion7(now),
            UserId = userId,
            ApplicationId = applicationId,
            Roles = [.. issue.Application.DefaultRoles],
            Verified = true,
            VerifiedAt = now,
            LastLoginAt = now,
            CreatedAt = now,
            UpdatedAt = now,
        });
    }

    private static async Task RememberAsync(ServerDbContext db, CodeIssue issue, DateTimeOffset now, CancellationToken cancellation)
    {
        var (userId, applicationId) = (issue.User.Id, issue.Application.Id);
        var consent = await db.Consents.FirstOrDefaultAsync(row => row.UserId == userId && row.ApplicationId == applicationId, cancellation);
        if (consent is null)
        {
            db.Consents.Add(new Consent { UserId = userId, ApplicationId = applicationId, Scopes = issue.Scopes.ToString(), GivenAt = now });
            return;
        }

        consent.Scopes = ScopeSet.Of(consent.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Concat(issue.Scopes)).ToString();
        consent.GivenAt = now;
    }
}
