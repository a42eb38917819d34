using System.Text.Json;
using IdentityServer.Data;
using IdentityServer.Tenants;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Applications;

/// <summary>
/// The application that the pages under <c>/account</c> are to the rest of the server: people sign in to it by an authorize request
/// like any other, so that every way in and every rule holds there as well.
/// </summary>
public static class AccountApplication
{
    /// <summary>The application's id and client id, the same in every installation.</summary>
    public static readonly Guid Id = new("0197a0c0-0000-7000-8000-000000000004");

    // The name stands on the page for signing in; the second is for a server where an application of that name exists.
    private static readonly string[] Names = ["Account", "IdentityServer Account"];

    /// <summary>
    /// Makes the application if the database has none, and sees to it that it is answered at <paramref name="redirectUri"/>, for the
    /// public address may have changed. What admins set otherwise stays.
    /// </summary>
    public static async Task EnsureAsync(Database database, Tenant tenant, string redirectUri, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            await database.WriteAsync((db, token) => EnsureAsync(db, tenant, redirectUri, now, token), cancellation);
        }
        catch (DbUpdateException exception) when (DatabaseErrors.IsDuplicate(exception, out _))
        {
            // Another node made it in the same moment.
        }
    }

    private static async Task EnsureAsync(ServerDbContext db, Tenant tenant, string redirectUri, DateTimeOffset now, CancellationToken token)
    {
        var stored = await db.Applications.SingleOrDefaultAsync(row => row.Id == Id, token);
        var settings = stored is null ? Initial : ApplicationStore.Read(stored);
        if (settings.OauthConfiguration.AuthorizedRedirectUrls is [var only] && only == redirectUri)
        {
            return;
        }

        settings = settings with { OauthConfiguration = settings.OauthConfiguration with { AuthorizedRedirectUrls = [redirectUri] } };
        if (stored is null)
        {
            var taken = await db.Applications.Where(row => row.TenantId == tenant.Id && Names.Contains(row.Name)).Select(row => row.Name).ToListAsync(token);
            stored = new StoredApplication
            {
                Id = Id,
                TenantId = tenant.Id,
                ClientId = Id.ToString(),
                Name = Names.Except(taken).FirstOrDefault() ?? Id.ToString(),
                Settings = string.Empty,
                CreatedAt = now,
                UpdatedAt = now,
            };
            db.Applications.Add(stored);
        }

        stored.Settings = JsonSerializer.Serialize(settings, ApplicationSettings.Json);
        await CatalogVersion.BumpAsync(db, token);
    }

    // It has no secret and needs no token: that the browser is signed in is all it asks for.
    private static ApplicationSettings Initial => new()
    {
        OauthConfiguration = new()
        {
            ClientAuthenticationPolicy = ClientAuthenticationPolicy.NotRequired,
            EnabledGrants = ["authorization_code"],
            GenerateRefreshTokens = false,
        },

        // Nobody needs a password to look after their account.
        PasswordlessConfiguration = new() { Enabled = true },
    };
}
