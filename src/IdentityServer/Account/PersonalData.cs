using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Account;

/// <summary>
/// Everything that is stored about a person, as JSON (GDPR articles 15 and 20). What is named here is written, and nothing else: no
/// hash, key, seed or secret, which would be worth something to whoever finds the file.
/// </summary>
internal sealed class PersonalData(Database database, ApplicationCatalog applications, TimeProvider clock)
{
    // Of what grows with time, the newest.
    private const int Most = 10_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The file.</summary>
    public Task<byte[]> CollectAsync(Guid userId, CancellationToken cancellation) => database.ReadAsync(
        async (db, token) => JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                createdAt = clock.GetUtcNow(),
                user = Of(await db.Users.SingleAsync(row => row.Id == userId, token)),
                groups = await Groups(db, userId).ToListAsync(token),
                registrations = await RegistrationsAsync(db, userId, token),
                consents = await Consents(db, userId).ToListAsync(token),
                applications = await AllowedAsync(db, userId, token),
                sessions = await db.Sessions.Where(row => row.UserId == userId)
                    .Select(row => new { row.Id, row.AuthenticatedAt, row.LastSeenAt, row.ExpiresAt, row.EndedAt, row.Amr, row.UserAgent, row.Address }).ToListAsync(token),
                twoFactorMethods = await db.TwoFactorMethods.Where(row => row.UserId == userId)
                    .Select(row => new { row.Id, row.Kind, row.Name, row.Email, row.CreatedAt, row.LastUsedAt }).ToListAsync(token),
                recoveryCodesLeft = await db.RecoveryCodes.CountAsync(row => row.UserId == userId, token),
                passkeys = await db.Passkeys.Where(row => row.UserId == userId)
                    .Select(row => new { row.Id, row.Name, row.UserAgent, row.CreatedAt, row.LastUsedAt }).ToListAsync(token),
                browsers = await db.KnownBrowsers.Where(row => row.UserId == userId)
                    .Select(row => new { row.UserAgent, row.Address, row.TrustedUntil, row.CreatedAt, row.LastSeenAt }).ToListAsync(token),
                signIns = await SignInsAsync(db, userId, token),
                events = await EventsAsync(db, userId, token),
            },
            Json),
        cancellation);

    private static object Of(User user) => new
    {
        user.Id,
        user.Email,
        user.Verified,
        user.VerifiedAt,
        user.Username,
        user.FullName,
        user.FirstName,
        user.MiddleName,
        user.LastName,
        user.BirthDate,
        user.MobilePhone,
        user.ParentEmail,
        user.ImageUrl,
        user.PreferredLanguages,
        user.Timezone,
        data = JsonNode.Parse(user.Data),
        hasPassword = user.PasswordHash is not null,
        user.PasswordChangedAt,
        user.TwoFactorEnabled,
        user.LastLoginAt,
        user.ExpiresAt,
        user.CreatedAt,
        user.UpdatedAt,
    };

    private static IQueryable<object> Groups(ServerDbContext db, Guid userId) =>
        from member in db.GroupMembers
        join named in db.Groups on member.GroupId equals named.Id
        where member.UserId == userId
        select new { named.Name, since = member.CreatedAt };

    private async Task<IEnumerable<object>> RegistrationsAsync(ServerDbContext db, Guid userId, CancellationToken token) =>
        (await db.Registrations.Where(row => row.UserId == userId).ToListAsync(token)).Select(row => new
        {
            application = NameOf(row.ApplicationId),
            row.Username,
            row.Roles,
            data = JsonNode.Parse(row.Data),
            row.Timezone,
            row.PreferredLanguages,
            row.Verified,
            row.VerifiedAt,
            row.LastLoginAt,
            row.CreatedAt,
            row.UpdatedAt,
        });

    private static IQueryable<object> Consents(ServerDbContext db, Guid userId) =>
        from given in db.UserConsents
        join definition in db.ConsentDefinitions on given.ConsentId equals definition.Id
        where given.UserId == userId
        select new { definition.Name, given.Values, given.Status, given.CreatedAt, given.UpdatedAt };

    private async Task<IEnumerable<object>> AllowedAsync(ServerDbContext db, Guid userId, CancellationToken token)
    {
        var remembered = await db.Consents.Where(row => row.UserId == userId).ToListAsync(token);
        var given = await db.Authorizations.Where(row => row.UserId == userId).OrderByDescending(row => row.CreatedAt).Take(Most).ToListAsync(token);
        return remembered.Select(row => (object)new { application = NameOf(row.ApplicationId), row.Scopes, at = row.GivenAt, remembered = true })
            .Concat(given.Select(row => new { application = NameOf(row.ApplicationId), row.Scopes, at = row.CreatedAt, row.Status, row.ExpiresAt }));
    }

    private async Task<IEnumerable<object>> SignInsAsync(ServerDbContext db, Guid userId, CancellationToken token) =>
        (await db.LoginRecords.Where(row => row.UserId == userId).OrderByDescending(row => row.Id).Take(Most).ToListAsync(token))
            .Select(row => new { at = row.Instant, application = row.ApplicationId is { } id ? NameOf(id) : null, row.LoginId, row.Address });

    private static async Task<IEnumerable<object>> EventsAsync(ServerDbContext db, Guid userId, CancellationToken token)
    {
        var actor = AuditLog.User(userId);
        return (await db.AuditEntries.Where(row => row.Actor == actor).OrderByDescending(row => row.Id).Take(Most).ToListAsync(token))
            .Select(row => new { at = row.Instant, row.Message, data = row.Data is null ? null : JsonNode.Parse(row.Data) });
    }

    private string NameOf(Guid applicationId) => applications.Find(applicationId)?.Name ?? applicationId.ToString();
}
