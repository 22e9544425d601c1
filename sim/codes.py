"""The small integer codes that the columns hold. Stable: they are written to files."""

# Sex
MALE, FEMALE = 0, 1

# Education attained (census groups joined)
PRIMARY_EDUCATION, JUNIOR, SENIOR, COLLEGE = 0, 1, 2, 3
EDUCATION_LEVELS = 4

# Skill groups of the labour market: college and above is high
LOW_SKILL, HIGH_SKILL = 0, 1
SKILLS = 2

# Hukou kind
RURAL_HUKOU, URBAN_HUKOU = 0, 1

# Work status
CHILD, STUDENT, EMPLOYED, UNEMPLOYED, INACTIVE, RETIRED = 0, 1, 2, 3, 4, 5
STATUSES = 6

# Sector of work
NO_SECTOR, PRIMARY, SECONDARY, TERTIARY = 0, 1, 2, 3
# Index of the non-farm sectors in arrays [town, sector, skill]: SECONDARY -> 0, TERTIARY -> 1
NONFARM_SECTORS = 2

# Role in the household
HEAD, SPOUSE, OFFSPRING, PARENT, OTHER = 0, 1, 2, 3, 4

# Tenure of the household's home
HOMESTEAD, OWNED, RENTED, PUBLIC_RENTAL, DORMITORY = 0, 1, 2, 3, 4
TENURES = 5

# Type of home (stock): owned and rented households share the commodity stock
HOMESTEAD_HOME, COMMODITY_HOME, PUBLIC_HOME, DORMITORY_BED = 0, 1, 2, 3
HOME_TYPES = 4

# Part of a town
RURAL_PART, URBAN_PART = 0, 1

# Sources of income
WAGE, BUSINESS, PROPERTY, TRANSFER = 0, 1, 2, 3
INCOME_SOURCES = 4

# Migrant classes of the census
NOT_MIGRANT, SAME_COUNTY, SAME_PROVINCE, OTHER_PROVINCE = 0, 1, 2, 3
MIGRANT_CLASSES = 4

NOWHERE = -1  # no town of work, no tie, not placed

# Villages per town for in-situ urbanisation: equal shares of the rural part's households
VILLAGES_PER_TOWN = 20

# Censuses that a run can start from; parameters given by start follow this order
CENSUS_YEARS = (2010, 2020)
