using System.ComponentModel.DataAnnotations;
using IdentityServer.Data;

namespace IdentityServer.Sessions;

/// <summary>A sign-in that succeeded (§18 of the compatibility notes).</summary>
public sealed class LoginRecord
{
    private const int MaxLoginId = 254;

    /// <summary>How long records are kept.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(90);

    /// <summary>The record's number; counts up.</summary>
    public long Id { get; init; }

    /// <summary>Who signed in.</summary>
    public required Guid UserId { get; init; }

    /// <summary>Into which application; null: an account page, or none was named.</summary>
    public Guid? ApplicationId { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Instant { get; init; }

    /// <summary>What they signed in with: e-mail address or user name; null where nothing was typed.</summary>
    [MaxLength(MaxLoginId)]
    public string? LoginId { get; init; }

    /// <summary>From where.</summary>
    [MaxLength(45)]
    public string? Address { get; init; }

    /// <summary>Notes a sign-in in the transaction in which it comes to something: a session that begins, or a token without one.</summary>
    public static void Add(ServerDbContext db, Proof proof, Guid? applicationId, string? address, DateTimeOffset now) => db.LoginRecords.Add(new LoginRecord
    {
        UserId = proof.User.Id,
        ApplicationId = applicationId,
        Instant = now,
        LoginId = proof.LoginId is { Length: > MaxLoginId } loginId ? loginId[..MaxLoginId] : proof.LoginId,
        Address = address,
    });
}
