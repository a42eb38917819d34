using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace IdentityServer.Users;

/// <summary>scrypt (RFC 7914), which the framework lacks.</summary>
internal static class Scrypt
{
    private const int Words = 16; // Of 32 bits in a block of Salsa20.

    /// <summary>RFC 7914 §6. The caller has bounded the costs: it takes 128·n·r bytes.</summary>
    public static byte[] DeriveKey(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int n, int r, int p, int length)
    {
        // 1. Initialize an array B consisting of p blocks of 128 * r octets each.
        var size = 128 * r;
        var blocks = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations: 1, HashAlgorithmName.SHA256, p * size);

        // 2. B[i] = scryptROMix (r, B[i], N).
        var memory = new uint[n * size / sizeof(uint)];
        for (var block = 0; block < p; block++)
        {
            MixBlock(blocks.AsSpan(block * size, size), memory, n);
        }

        // 3. DK = PBKDF2-HMAC-SHA256 (P, B[0] || B[1] || ... || B[p - 1], 1, dkLen).
        return Rfc2898DeriveBytes.Pbkdf2(password, blocks, iterations: 1, HashAlgorithmName.SHA256, length);
    }

    // RFC 7914 §5, scryptROMix.
    private static void MixBlock(Span<byte> block, uint[] memory, int n)
    {
        var x = new uint[block.Length / sizeof(uint)];
        var scratch = new uint[x.Length];
        for (var index = 0; index < x.Length; index++)
        {
            x[index] = BinaryPrimitives.ReadUInt32LittleEndian(block[(index * sizeof(uint))..]);
        }

        for (var index = 0; index < n; index++)
        {
            x.CopyTo(memory, index * x.Length);
            Mix(ref x, ref scratch);
        }

        for (var index = 0; index < n; index++)
        {
            var chosen = (int)(x[^Words] & (uint)(n - 1)); // Integerify: n is a power of two.
            Xor(x, memory.AsSpan(chosen * x.Length, x.Length));
            Mix(ref x, ref scratch);
        }

        for (var index = 0; index < x.Length; index++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(block[(index * sizeof(uint))..], x[index]);
        }
    }

    // RFC 7914 §4, scryptBlockMix: blocks of even index first, then those of odd index.
    private static void Mix(ref uint[] x, ref uint[] mixed)
    {
        Span<uint> state = stackalloc uint[Words];
        x.AsSpan(^Words).CopyTo(state);
        var blocks = x.Length / Words;
        for (var block = 0; block < blocks; block++)
        {
            Xor(state, x.AsSpan(block * Words, Words));
            Salsa(state);
            state.CopyTo(mixed.AsSpan(((block / 2) + (block % 2 * (blocks / 2))) * Words));
        }

        (x, mixed) = (mixed, x);
    }

    // RFC 7914 §3, Salsa20/8.
    private static void Salsa(Span<uint> block)
    {
        Span<uint> x = stackalloc uint[Words];
        block.CopyTo(x);
        for (var round = 0; round < 8; round += 2)
        {
            Quarter(x, 0, 4, 8, 12);
            Quarter(x, 5, 9, 13, 1);
            Quarter(x, 10, 14, 2, 6);
            Quarter(x, 15, 3, 7, 11);
            Quarter(x, 0, 1, 2, 3);
            Quarter(x, 5, 6, 7, 4);
            Quarter(x, 10, 11, 8, 9);
            Quarter(x, 15, 12, 13, 14);
        }

        for (var index = 0; index < Words; index++)
        {
            block[index] += x[index];
        }
    }

    private static void Quarter(Span<uint> x, int a, int b, int c, int d)
    {
        x[b] ^= BitOperations.RotateLeft(x[a] + x[d], 7);
        x[c] ^= BitOperations.RotateLeft(x[b] + x[a], 9);
        x[d] ^= BitOperations.RotateLeft(x[c] + x[b], 13);
        x[a] ^= BitOperations.RotateLeft(x[d] + x[c], 18);
    }

    private static void Xor(Span<uint> into, ReadOnlySpan<uint> with)
    {
        var wide = MemoryMarshal.Cast<uint, ulong>(into);
        var other = MemoryMarshal.Cast<uint, ulong>(with);
        for (var index = 0; index < wide.Length; index++)
        {
            wide[index] ^= other[index];
        }
    }
}
