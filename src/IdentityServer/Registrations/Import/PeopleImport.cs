using System.Globalization;
using System.Security.Cryptography;
using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Tenants;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Registrations;

/// <summary>
/// Takes people over from another system, all or none, with findings per person (<c>users[7].email</c>). Passwords come as hashes
/// and are replaced by our own at the first sign-in.
/// </summary>
public sealed class PeopleImport(Passwords passwords, ApplicationCatalog applications, Registrar registrar, TenantCatalog tenants, TimeProvider clock)
{
    /// <summary>The most people at once.</summary>
    public const int MaxUsers = 10_000;

    /// <summary>The most passwords in clear at once: each costs a tenth of a second of a core.</summary>
    public const int MaxPasswords = 100;

    private const int Chunk = 1000;

    /// <summary>The part that needs no transaction: checks everybody, and hashes passwords that came in clear.</summary>
    public async Task<FieldResult<PreparedImport>> PrepareAsync(IReadOnlyList<ImportedUser> wanted, CancellationToken cancellation)
    {
        var errors = new FieldErrors();
        var clear = wanted.Count(user => user.Password is not null);
        if (clear > MaxPasswords)
        {
            errors.Add("users", "tooMany", $"At most {MaxPasswords} passwords in clear at once, for each is hashed. Send hashes, or fewer people.");
        }

        var now = clock.GetUtcNow();
        var users = new List<User>(wanted.Count);
        var registrations = new List<Registration>();
        for (var index = 0; index < wanted.Count; index++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"users[{index}]");
            Check(wanted[index], at, errors);
            if (errors.Any)
            {
                continue;
            }

            var user = Row(wanted[index], now);
            users.Add(user);
            registrations.AddRange(wanted[index].Registrations.Select(row => registrar.Row(row, user.Id, applications.Find(row.ApplicationId)!)));
        }

        if (errors.Any)
        {
            return errors;
        }

        CheckAmong(users, errors);
        for (var index = 0; index < users.Count && !errors.Any; index++)
        {
            if (wanted[index].Password is { } password && (users[index].PasswordHash = await passwords.HashAsync(password, cancellation)) is null)
            {
                return PasswordGate.Busy();
            }
        }

        return errors.Any ? errors : new PreparedImport(users, registrations);
    }

    /// <summary>Stores everybody in the caller's transaction, or tells who was there already.</summary>
    public async Task<FieldErrors> AddAsync(ServerDbContext db, PreparedImport import, string actor, CancellationToken cancellation)
    {
        var errors = new FieldErrors();
        for (var start = 0; start < import.Users.Count; start += Chunk)
        {
            await CheckStoredAsync(db, import.Users, start, errors, cancellation);
        }

        if (errors.Any)
        {
            return errors;
        }

        db.ChangeTracker.AutoDetectChangesEnabled = false;
        try
        {
            db.Users.AddRange(import.Users);
            db.Registrations.AddRange(import.Registrations);
            AuditLog.Add(
                db, actor, "users imported",
                new Dictionary<string, string> { ["users"] = import.Users.Count.ToString(CultureInfo.InvariantCulture) }, clock.GetUtcNow());
            await db.SaveChangesAsync(cancellation);
        }
        finally
        {
            db.ChangeTracker.Clear();
            db.ChangeTracker.AutoDetectChangesEnabled = true;
        }

        return errors;
    }

    private void Check(ImportedUser wanted, string at, FieldErrors errors)
    {
        AddAll(UserRules.Check(wanted.Details), "user", at, errors);
        if (wanted.Hash is { } hash && passwords.Problem(hash) is { } problem)
        {
            errors.Add(at + ".password", "invalid", problem);
        }

        if (wanted.Password is { } password && (password.Length is 0 or > PasswordRules.MaxLength || !Spelling.IsWellFormed(password)))
        {
            errors.Add(at + ".password", password.Length == 0 ? "blank" : "invalid", "The password is empty, too long or not valid text.");
        }

        for (var index = 0; index < wanted.Registrations.Count; index++)
        {
            var registration = wanted.Registrations[index];
            var here = string.Create(CultureInfo.InvariantCulture, $"{at}.registrations[{index}]");
            AddAll(RegistrationRules.Check(registration, applications.Find(registration.ApplicationId)), "registration", here, errors);
            if (wanted.Registrations.Take(index).Any(other => other.ApplicationId == registration.ApplicationId))
            {
                errors.Add(here, "duplicate", "The person is registered there already.");
            }
        }
    }

    private User Row(ImportedUser wanted, DateTimeOffset now)
    {
        var user = new User
        {
            Id = wanted.Id ?? Guid.CreateVersion7(now),
            TenantId = tenants.Default.Id,
            SecurityStamp = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)),
            PasswordHash = wanted.Hash?.ToStored(),
            PasswordChangedAt = wanted.Hash is null && wanted.Password is null ? null : wanted.PasswordChangedAt ?? now,
            CreatedAt = wanted.CreatedAt ?? now,
            UpdatedAt = now,
        };
        wanted.Details.ApplyTo(user);
        user.Active = wanted.Active;
        user.Verified = wanted.Verified;
        user.VerifiedAt = wanted.Verified ? now : null;
        return user;
    }

    private static void CheckAmong(List<User> users, FieldErrors errors)
    {
        HashSet<Guid> ids = [];
        HashSet<string> emails = [], usernames = [];
        for (var index = 0; index < users.Count; index++)
        {
            Note(users[index], index, !ids.Add(users[index].Id), users[index].EmailKey is { } email && !emails.Add(email),
                users[index].UsernameKey is { } username && !usernames.Add(username), errors);
        }
    }

    // Strings go as one parameter, which an index answers on both databases; ids by the piece, for SQLite has no ids in JSON.
    private static async Task CheckStoredAsync(ServerDbContext db, IReadOnlyList<User> users, int start, FieldErrors errors, CancellationToken cancellation)
    {
        var chunk = users.Skip(start).Take(Chunk).ToList();
        var tenant = chunk[0].TenantId;
        List<Guid> ids = chunk.ConvertAll(user => user.Id);
        List<string?> emails = [.. chunk.Select(user => user.EmailKey).Where(key => key is not null)];
        List<string?> usernames = [.. chunk.Select(user => user.UsernameKey).Where(key => key is not null)];
        var takenIds = await db.Users.Where(row => ids.Contains(row.Id)).Select(row => row.Id).ToListAsync(cancellation);
        var takenEmails = await db.Users.Where(row => row.TenantId == tenant && EF.Parameter(emails).Contains(row.EmailKey))
            .Select(row => row.EmailKey).ToListAsync(cancellation);
        var takenUsernames = usernames.Count == 0 ? [] : await db.Users.Where(row => row.TenantId == tenant && EF.Parameter(usernames).Contains(row.UsernameKey))
            .Select(row => row.UsernameKey).ToListAsync(cancellation);
        for (var index = 0; index < chunk.Count && takenIds.Count + takenEmails.Count + takenUsernames.Count > 0; index++)
        {
            Note(chunk[index], start + index, takenIds.Contains(chunk[index].Id), chunk[index].EmailKey is { } email && takenEmails.Contains(email),
                chunk[index].UsernameKey is { } username && takenUsernames.Contains(username), errors);
        }
    }

    private static void Note(User user, int index, bool id, bool email, bool username, FieldErrors errors)
    {
        var at = string.Create(CultureInfo.InvariantCulture, $"users[{index}]");
        if (id)
        {
            errors.Add(at + ".id", "duplicate", $"There is somebody with the id {user.Id}.");
        }

        if (email)
        {
            errors.Add(at + ".email", "duplicate", "There is somebody with this e-mail address.");
        }

        if (username)
        {
            errors.Add(at + ".username", "duplicate", "There is somebody with this user name.");
        }
    }

    private static void AddAll(FieldErrors found, string envelope, string at, FieldErrors errors)
    {
        foreach (var error in found.Fields)
        {
            errors.Add(at + error.Field[envelope.Length..], error.Reason, error.Message, error.Data);
        }
    }
}
