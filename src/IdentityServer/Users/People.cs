using System.Security.Cryptography;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Tenants;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Users;

/// <summary>
/// How people come, change and go; pages, management API and files all pass here, so that the rules hold for all. Of ASP.NET Core
/// Identity the hasher, the lockout settings and the security stamp are used, not <c>UserManager</c>: it reads a user, decides,
/// and writes it back, where failures must be counted and names taken by single statements that hold on several nodes.
/// </summary>
public sealed class People(Database database, Passwords passwords, BreachedPasswords breached, IEnumerable<IUserAccess> access, TenantCatalog tenants, TimeProvider clock)
{
    /// <summary>The person who signs in under this e-mail address or user name, in any of its spellings.</summary>
    public async Task<User?> FindByLoginIdAsync(string loginId, CancellationToken cancellation)
    {
        if (CanonicalKey.LoginId(loginId, out var isEmail) is not { } key)
        {
            return null;
        }

        var tenant = tenants.Default.Id;
        return await database.ReadAsync(
            (db, token) => isEmail
                ? db.Users.FirstOrDefaultAsync(user => user.TenantId == tenant && user.EmailKey == key, token)
                : db.Users.FirstOrDefaultAsync(user => user.TenantId == tenant && user.UsernameKey == key, token),
            cancellation);
    }

    /// <summary>The person with this id, active or not.</summary>
    public Task<User?> FindAsync(Guid id, CancellationToken cancellation) =>
        database.ReadAsync((db, token) => db.Users.FirstOrDefaultAsync(user => user.Id == id, token), cancellation);

    /// <summary>The person with this id, who must exist.</summary>
    public async Task<User> GetAsync(Guid id, CancellationToken cancellation) =>
        await FindAsync(id, cancellation) ?? throw new InvalidOperationException($"There is no user {id}.");

    /// <summary>
    /// Creates a person, and whatever <paramref name="alongside"/> writes in the same transaction. The unique index decides who was first.
    /// </summary>
    public async Task<FieldResult<User>> CreateAsync(
        NewUser wanted, string actor, CancellationToken cancellation, Func<ServerDbContext, User, CancellationToken, Task>? alongside = null)
    {
        if ((await PrepareAsync(wanted, cancellation)).Failed(out var errors, out var user))
        {
            return errors;
        }

        try
        {
            await database.WriteAsync(
                async (db, token) =>
                {
                    Add(db, user, actor);
                    await (alongside?.Invoke(db, user, token) ?? Task.CompletedTask);
                },
                cancellation);
            return user;
        }
        catch (DbUpdateException exception) when (UserRules.Duplicate(exception) is { } duplicate)
        {
            return duplicate;
        }
    }

    /// <summary>
    /// The slow part of a creation: checks, and hashes the password. What it returns is stored with <see cref="Add"/> in the
    /// caller's transaction, and a refusal of the unique index is read with <see cref="UserRules.Duplicate"/>.
    /// </summary>
    public async Task<FieldResult<User>> PrepareAsync(NewUser wanted, CancellationToken cancellation)
    {
        var errors = UserRules.Check(wanted);
        if (wanted.Password is not null)
        {
            PasswordRules.Check(wanted.Password, UserDetails.Blank(wanted.Email), UserDetails.Blank(wanted.Username), wanted.PasswordMinLength, errors);
            breached.Check(wanted.Password, errors);
        }

        if (errors.Any)
        {
            return errors;
        }

        var hash = wanted.Password is null ? null : await passwords.HashAsync(wanted.Password, cancellation);
        if (wanted.Password is not null && hash is null)
        {
            return PasswordGate.Busy();
        }

        var now = clock.GetUtcNow();
        var user = new User
        {
            Id = wanted.Id ?? Guid.CreateVersion7(now),
            TenantId = tenants.Default.Id,
            SecurityStamp = NewStamp(),
            PasswordHash = hash,
            PasswordChangedAt = hash is null ? null : now,
            CreatedAt = now,
            UpdatedAt = now,
        };
        wanted.ApplyTo(user);
        user.Verified = wanted.Verified;
        user.VerifiedAt = wanted.Verified ? now : null;
        return user;
    }

    /// <summary>Stores a prepared person in the caller's transaction.</summary>
    public void Add(ServerDbContext db, User user, string actor)
    {
        db.Users.Add(user);
        Audit(db, actor, "user created", user.Id);
    }

    /// <summary>
    /// Changes a person: <paramref name="change"/> turns what is stored now into what shall be, under a lock, so that no parallel
    /// change is lost. A new password ends every session and authorization. Null: there is no such person.
    /// </summary>
    public async Task<FieldResult<User>?> UpdateAsync(
        Guid id, Func<User, FieldResult<UserDetails>> change, string? newPassword, string actor, CancellationToken cancellation)
    {
        if (await FindAsync(id, cancellation) is not { } before)
        {
            return null;
        }

        string? hash = null;
        if (newPassword is not null)
        {
            var errors = new FieldErrors();
            PasswordRules.Check(newPassword, before.Email, before.Username, PasswordRules.MinLength, errors);
            breached.Check(newPassword, errors);
            if (errors.Any)
            {
                return errors;
            }

            hash = await passwords.HashAsync(newPassword, cancellation);
            if (hash is null)
            {
                return PasswordGate.Busy();
            }
        }

        try
        {
            return await database.WriteAsync((db, token) => UpdateAsync(db, id, change, newPassword, hash, actor, token), cancellation);
        }
        catch (DbUpdateException exception) when (UserRules.Duplicate(exception) is { } duplicate)
        {
            return duplicate;
        }
    }

    /// <summary>Shuts a person out and ends all access. False: there is no such person.</summary>
    public Task<bool> DeactivateAsync(Guid id, string actor, CancellationToken cancellation) =>
        SetActiveAsync(id, active: false, "user deactivated", actor, cancellation);

    /// <summary>Lets a person in again. False: there is no such person.</summary>
    public Task<bool> ReactivateAsync(Guid id, string actor, CancellationToken cancellation) =>
        SetActiveAsync(id, active: true, "user reactivated", actor, cancellation);

    /// <summary>Removes a person and everything that is theirs. False: there is no such person.</summary>
    public Task<bool> DeleteAsync(Guid id, string actor, CancellationToken cancellation) =>
        database.WriteAsync(
            async (db, token) =>
            {
                var deleted = await db.Users.Where(user => user.Id == id).ExecuteDeleteAsync(token) == 1; // Foreign keys take the rest along.
                if (deleted)
                {
                    Audit(db, actor, "user deleted", id);
                }

                return deleted;
            },
            cancellation);

    /// <summary>The same in the caller's transaction, without a password; a refusal of the unique index is read with <see cref="UserRules.Duplicate"/>.</summary>
    internal Task<FieldResult<User>?> ChangeAsync(
        ServerDbContext db, Guid id, Func<User, FieldResult<UserDetails>> change, string actor, CancellationToken token) =>
        UpdateAsync(db, id, change, newPassword: null, hash: null, actor, token);

    private async Task<FieldResult<User>?> UpdateAsync(
        ServerDbContext db, Guid id, Func<User, FieldResult<UserDetails>> change, string? newPassword, string? hash, string actor, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        if (!await LockAsync(db, id, token))
        {
            return null;
        }

        var user = await db.Users.SingleAsync(row => row.Id == id, token);
        if (change(user).Failed(out var errors, out var details))
        {
            return errors;
        }

        errors = UserRules.Check(details);
        if (newPassword is not null)
        {
            PasswordRules.Check(newPassword, UserDetails.Blank(details.Email), UserDetails.Blank(details.Username), PasswordRules.MinLength, errors);
        }

        if (errors.Any)
        {
            return errors;
        }

        details.ApplyTo(user);
        user.UpdatedAt = now;
        if (hash is not null)
        {
            user.PasswordHash = hash;
            user.PasswordChangedAt = now;
            user.SecurityStamp = NewStamp();
            await EndAccessAsync(db, id, now, token);
        }

        Audit(db, actor, hash is null ? "user changed" : "user and password changed", id);
        return user;
    }

    private Task<bool> SetActiveAsync(Guid id, bool active, string message, string actor, CancellationToken cancellation) =>
        database.WriteAsync(
            async (db, token) =>
            {
                var now = clock.GetUtcNow();
                var stamp = NewStamp();
                var found = await db.Users.Where(user => user.Id == id).ExecuteUpdateAsync(
                    set => set.SetProperty(user => user.Active, active).SetProperty(user => user.SecurityStamp, stamp).SetProperty(user => user.UpdatedAt, now),
                    token) == 1;
                if (found)
                {
                    if (!active)
                    {
                        await EndAccessAsync(db, id, now, token);
                    }

                    Audit(db, actor, message, id);
                }

                return found;
            },
            cancellation);

    // A write to the row before it is read: whoever else wants to change it waits until this transaction is over.
    private static async Task<bool> LockAsync(ServerDbContext db, Guid id, CancellationToken token) =>
        await db.Users.Where(user => user.Id == id).ExecuteUpdateAsync(set => set.SetProperty(user => user.UpdatedAt, user => user.UpdatedAt), token) == 1;

    private async Task EndAccessAsync(ServerDbContext db, Guid id, DateTimeOffset now, CancellationToken token)
    {
        foreach (var kind in access)
        {
            await kind.EndAsync(db, id, applicationId: null, now, token);
        }
    }

    private void Audit(ServerDbContext db, string actor, string message, Guid id) =>
        AuditLog.Add(db, actor, message, new Dictionary<string, string> { ["userId"] = id.ToString() }, clock.GetUtcNow());

    /// <summary>A new security stamp.</summary>
    internal static string NewStamp() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
}
