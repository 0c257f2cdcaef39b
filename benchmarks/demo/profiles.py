"""The divisions' years in figures: what each sells and buys, how many work there, what grants it gets."""

from __future__ import annotations

from decimal import Decimal

from benchmarks.demo.divisions import Division, Purchase, Sale

SUMMER, WINTER = "001234443210", "332211111233"

PROFILES = (
    Division(
        "repris",
        6,
        24_400,
        Decimal("0.60"),
        14_500,
        210_000,
        (
            Sale("Butikskunder", "begagnade möbler", "3001", 25, 25_500, 36_000, 2),
            Sale("Kommunens lokalkontor", "återbrukade kontorsmöbler", "3001", 25, 32_000, 58_000, 2),
            Sale("Föreningen Exempelgården", "möbelrenovering", "3041", 25, 6_000, 14_000),
        ),
        (
            Purchase("Påhittade Trävaror", "Virke och beslag", "4000", 2_500, 6_200, 2),
            Purchase("Grossisten Exempel", "Förbrukningsmaterial", "5460", 700, 1_900),
            Purchase("Drivmedel Exempel", "Drivmedel lastbil", "5611", 1_500, 2_900),
        ),
        operating_grant=("3987", 45_000, 3),
    ),
    Division(
        "syateljen",
        3,
        24_200,
        Decimal("0.58"),
        6_200,
        68_000,
        (
            Sale("Butikskunder", "lagning och ändring", "3041", 25, 11_000, 20_000, 2),
            Sale("Regionens textilförråd", "arbetskläder", "3001", 25, 16_000, 29_000, 2),
        ),
        (
            Purchase("Tyg och Garn Exempel", "Tyg", "4000", 2_200, 4_800, 2),
            Purchase("Symaskinsservice Exempel", "Service maskiner", "5460", 400, 1_500),
        ),
    ),
    Division(
        "cykelbudet",
        4,
        24_600,
        Decimal("0.52"),
        5_400,
        145_000,
        (
            Sale("Kommunens hemtjänst", "leveranser av varor", "3041", 25, 28_000, 41_000, 2),
            Sale("Apoteket Exempel", "bud", "3041", 25, 9_000, 16_000, 2),
            Sale("Blomsterhandeln Exempel", "bud", "3041", 25, 3_000, 7_000),
        ),
        (
            Purchase("Cykelverkstan Exempel", "Reservdelar", "5460", 900, 3_200, 2),
            Purchase("Försäkringsbolaget Exempel", "Försäkring lådcyklar", "6310", 600, 900),
        ),
    ),
    Division(
        "vaktmasteri",
        4,
        25_100,
        Decimal("0.43"),
        3_900,
        96_000,
        (
            Sale("Kommunens bostadsbolag", "fastighetsskötsel", "3041", 25, 34_000, 46_000, 2),
            Sale("Bostadsrättsföreningen Exempelbacken", "skötsel", "3041", 25, 8_000, 15_000, 2),
            Sale("Kommunen", "snöröjning", "3041", 25, 9_000, 14_000, 1, WINTER),
        ),
        (
            Purchase("Bygghandeln Exempel", "Material", "4000", 1_800, 5_200, 2),
            Purchase("Drivmedel Exempel", "Drivmedel", "5611", 1_400, 3_100),
        ),
    ),
    Division(
        "stadkraft",
        6,
        24_300,
        Decimal("0.42"),
        4_100,
        54_000,
        (
            Sale("Kommunens skolor", "städning", "3041", 25, 44_000, 58_000, 2),
            Sale("Vårdcentralen Exempel", "städning", "3041", 25, 17_000, 24_000, 2),
            Sale("Kontorshotellet Exempel", "städning", "3041", 25, 8_000, 12_000),
        ),
        (
            Purchase("Grossisten Exempel", "Rengöringsmedel", "4000", 1_700, 3_900, 2),
            Purchase("Tvätteriet Exempel", "Tvätt", "5460", 600, 1_300),
        ),
        follows=True,
    ),
    Division(
        "kafe-angen",
        3,
        24_000,
        Decimal("0.46"),
        7_300,
        88_000,
        (Sale("Hembygdsföreningen Exempel", "servering", "3002", 12, 4_000, 9_500, 2),),
        (
            Purchase("Mejeriet Exempel", "Mejerivaror", "4000", 2_200, 3_900, 2, 12),
            Purchase("Bageriråvaror Exempel", "Mjöl och socker", "4000", 1_500, 3_300, 2, 12),
            Purchase("Kafferosteriet Exempel", "Kaffe", "4000", 1_200, 2_300, 1, 12),
        ),
        till=16_500,
        follows=True,
    ),
    Division(
        "tradgarden",
        4,
        24_100,
        Decimal("0.44"),
        3_200,
        118_000,
        (
            Sale("Kyrkogården Exempel", "grönyteskötsel", "3041", 25, 5_500, 9_000, 2, SUMMER),
            Sale("Kommunens parker", "rabatter och gräs", "3041", 25, 9_500, 15_000, 1, SUMMER),
            Sale("Torgkunder", "plantor och grönsaker", "3002", 12, 3_000, 6_500, 2, "000122211000"),
            Sale("Bostadsbolaget Exempel", "röjning och beskärning", "3041", 25, 15_000, 24_000, 1, "222110011122"),
        ),
        (
            Purchase("Fröhandeln Exempel", "Frön och jord", "4000", 900, 3_600, 2),
            Purchase("Drivmedel Exempel", "Drivmedel", "5611", 700, 2_000),
        ),
        operating_grant=("3985", 30_000, 3),
    ),
    Division(
        "nystart",
        2,
        23_800,
        Decimal("0.60"),
        3_600,
        0,
        (
            Sale("Studieförbundet Exempel", "trycksaker", "3001", 25, 9_000, 17_000, 2),
            Sale("Idrottsföreningen Exempel", "tryckta tröjor", "3001", 25, 5_000, 11_000, 2),
        ),
        (Purchase("Pappersgrossisten Exempel", "Papper och färg", "4000", 1_400, 3_300, 2),),
        first_month=2,
        operating_grant=("3987", 20_000, 3),
    ),
)

CENTRAL = Division(
    "gemensamt",
    3,
    35_200,
    Decimal(0),
    8_400,
    62_000,
    (Sale("Kommunerna i samverkan", "utbildning", "3041", 25, 18_000, 30_000, 1),),
    (
        Purchase("Programhuset Exempel", "Ekonomisystem", "5420", 3_900, 4_600),
        Purchase("Revisionsbyrån Exempel", "Redovisningshjälp", "6530", 1_500, 4_800),
        Purchase("Tidningen Exempel", "Annonser", "5910", 1_800, 5_200),
        Purchase("Kontorsvaror Exempel", "Kontorsmaterial", "6110", 400, 1_300),
        Purchase("Kursgården Exempel", "Utbildning för verksamhetsledare", "7610", 2_500, 8_000),
    ),
    operating_grant=("3985", 60_000, 3),
    salaried=True,
)
