using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Sessions;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Logins;

/// <summary>Sign-ins that happened elsewhere, and of which a holder of a key tells: they count as the last ones, and give nothing.</summary>
public sealed class ReportedLogins(Database database, TimeProvider clock)
{
    /// <summary>Records one. False: the person was shut out meanwhile.</summary>
    public Task<bool> RecordAsync(Proof proof, Guid? applicationId, string? address, string actor, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            var (id, now) = (proof.User.Id, clock.GetUtcNow());
            if (await db.Users.Where(row => row.Id == id && row.Active).ExecuteUpdateAsync(set => set.SetProperty(row => row.LastLoginAt, now), token) == 0)
            {
                return false;
            }

            await db.Registrations.Where(row => row.UserId == id && row.ApplicationId == applicationId)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastLoginAt, now), token);
            LoginRecord.Add(db, proof, applicationId, address, now);
            var data = new Dictionary<string, string> { ["userId"] = id.ToString() };
            if (applicationId is { } application)
            {
                data["applicationId"] = application.ToString();
            }

            AuditLog.Add(db, actor, "sign-in reported", data, now);
            return true;
        },
        cancellation);
}
