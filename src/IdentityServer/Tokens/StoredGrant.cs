using IdentityServer.Authorizations;
using IdentityServer.Data;
using IdentityServer.Registrations;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tokens;

/// <summary>A stored code or refresh token with everything that decides what it is still worth, from one indexed read.</summary>
public sealed record StoredGrant(Token Token, Authorization Authorization, User User, Registration? Registration)
{
    private static readonly HotQuery<Func<ServerDbContext, byte[], TokenType, Task<StoredGrant?>>> ByHash = new(() =>
        EF.CompileAsyncQuery((ServerDbContext db, byte[] hash, TokenType type) =>
            (from token in db.Tokens
             join authorization in db.Authorizations on token.AuthorizationId equals authorization.Id
             join user in db.Users on authorization.UserId equals user.Id
             from registration in db.Registrations
                 .Where(row => row.UserId == authorization.UserId && row.ApplicationId == authorization.ApplicationId)
                 .DefaultIfEmpty()
             where token.Hash == hash && token.Type == type
             select new StoredGrant(token, authorization, user, registration)).FirstOrDefault()));

    /// <summary>Finds by the secret's hash.</summary>
    public static Task<StoredGrant?> FindAsync(ServerDbContext db, byte[] hash, TokenType type, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ByHash.On(db)(db, hash, type);
    }
}
