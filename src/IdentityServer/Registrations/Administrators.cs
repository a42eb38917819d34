using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Registrations;

/// <summary>Those who administer this server: people registered in the <see cref="AdminApplication"/> with its role.</summary>
public sealed class Administrators(Database database, People people, Registrar registrar, ApplicationCatalog applications)
{
    private const string ExistsReason = "administratorExists";

    /// <summary>Whether there is one.</summary>
    public Task<bool> ExistAsync(CancellationToken cancellation) => database.ReadAsync(ExistAsync, cancellation);

    /// <summary>Whether this person is one.</summary>
    public Task<bool> IsOneAsync(Guid userId, CancellationToken cancellation) =>
        database.ReadAsync((db, token) => All(db).AnyAsync(row => row.UserId == userId, token), cancellation);

    /// <summary>
    /// Whether without this person nobody would administer this server. Asked in the transaction that takes them away: two who go at
    /// once come one after the other.
    /// </summary>
    internal static async Task<bool> IsLastAsync(ServerDbContext db, Guid userId, DateTimeOffset now, CancellationToken token)
    {
        if (!await All(db).AnyAsync(row => row.UserId == userId, token))
        {
            return false;
        }

        await LockAsync(db, token);
        return !await All(db)
            .Join(db.Users, row => row.UserId, user => user.Id, (_, user) => user)
            .AnyAsync(user => user.Id != userId && user.Active && user.DeletesAt == null && (user.ExpiresAt == null || user.ExpiresAt > now), token);
    }

    /// <summary>
    /// Creates an administrator. With <paramref name="onlyFirst"/> it is refused (<see cref="IsRefusedAsSecond"/>) when there is one,
    /// however many try at once.
    /// </summary>
    public async Task<FieldResult<User>> CreateAsync(string email, string? fullName, string password, bool onlyFirst, CancellationToken cancellation)
    {
        var wanted = new NewUser { Email = email, FullName = fullName, Password = password, PasswordMinLength = PasswordRules.AdministratorMinLength };
        if ((await people.PrepareAsync(wanted, cancellation)).Failed(out var errors, out var user))
        {
            return errors;
        }

        var application = applications.Find(AdminApplication.Id) ?? throw new InvalidOperationException("The admin application is missing.");
        var registration = registrar.Row(
            new NewRegistration { ApplicationId = AdminApplication.Id, Roles = [AdminApplication.Role] }, user.Id, application);
        try
        {
            var created = await database.WriteAsync(
                async (db, token) =>
                {
                    await LockAsync(db, token);
                    if (onlyFirst && await ExistAsync(db, token))
                    {
                        return false;
                    }

                    people.Add(db, user, AuditLog.System);
                    registrar.Add(db, registration, AuditLog.System);
                    return true;
                },
                cancellation);
            return created ? user : new FieldErrors().AddGeneral(ExistsReason, "There is an administrator already.");
        }
        catch (DbUpdateException exception) when (RegistrationRules.Duplicate(exception) is { } duplicate)
        {
            return duplicate;
        }
    }

    /// <summary>Whether a creation was refused because there was an administrator already.</summary>
    public static bool IsRefusedAsSecond(FieldErrors errors) => errors.General.Any(error => error.Reason == ExistsReason);

    private static Task<bool> ExistAsync(ServerDbContext db, CancellationToken cancellation) => All(db).AnyAsync(cancellation);

    // A write to the application's row before the look: who come at once come one after the other.
    private static Task<int> LockAsync(ServerDbContext db, CancellationToken token) => db.Applications.Where(row => row.Id == AdminApplication.Id)
        .ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, row => row.UpdatedAt), token);

    private static IQueryable<Registration> All(ServerDbContext db) =>
        db.Registrations.Where(row => row.ApplicationId == AdminApplication.Id && row.Roles.Contains(AdminApplication.Role));
}
