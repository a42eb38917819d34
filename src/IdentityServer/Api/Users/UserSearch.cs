using IdentityServer.Data;
using IdentityServer.Tenants;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary>Finds people by what they sign in with, active or not.</summary>
internal sealed class UserSearch(Database database, TenantCatalog tenants)
{
    /// <summary>The person whose e-mail address or user name this is, in any of its spellings.</summary>
    public async Task<User?> FindAsync(string loginId, IReadOnlyList<string> types, CancellationToken cancellation)
    {
        var tenant = tenants.Default.Id;
        var email = types.Contains("email") ? CanonicalKey.Email(loginId) : null;
        var username = types.Contains("username") ? CanonicalKey.Username(loginId) : null;
        return await database.ReadAsync(
            (db, token) => db.Users.FirstOrDefaultAsync(
                user => user.TenantId == tenant && ((email != null && user.EmailKey == email) || (username != null && user.UsernameKey == username)),
                token),
            cancellation);
    }

    /// <summary>The findings, saying of a taken e-mail address whether who holds it was deactivated (§1.7): then an admin can bring them back.</summary>
    public async Task<FieldErrors> ExplainAsync(FieldErrors errors, UserDetails wanted, CancellationToken cancellation)
    {
        const string Field = "user.email";
        return errors.Has(Field, "duplicate")
            && wanted.Email is { } email
            && await FindAsync(email.Trim(), ["email"], cancellation) is { Active: false }
                ? new FieldErrors().Add(Field, "inactive", "Somebody who was deactivated has this e-mail address.")
                : errors;
    }
}
